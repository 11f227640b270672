"""Fault tests with real processes: what must still be true after a crash, a cut, a restart or a storm of webhooks.

Runs in the project's Python environment (`python -m lib.faults` in dev/).
"""
