"""The developer commands' modules are imported as `lib.…`, as the commands themselves do."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
