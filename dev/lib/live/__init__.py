"""`dev/live-check`: plays what we assume about Meta against Meta itself, with one number and one person who agreed.

`points/` is the declarative list; everything else plays it. Needs neither Odoo nor a database, only the addon's own pure
`tools/` (what the addon sends is built and sent by them) and `requests`.
"""

import sys

from lib import paths

# The addon's pure part, imported by the names its own tests use.
if str(paths.ROOT) not in sys.path:
    sys.path.insert(0, str(paths.ROOT))
