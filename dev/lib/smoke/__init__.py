"""The story of the product, played without a person against running servers; every step is looked up at both ends.

Runs in the project's Python environment (`python -m lib.smoke` in dev/), because it listens to Odoo's live updates.
"""
