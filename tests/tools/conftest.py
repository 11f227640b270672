"""Pure tests of ``tools/``: run by pytest, without Odoo.

    pytest tests/tools

The repository root is an Odoo addon whose ``__init__.py`` imports Odoo, so pytest
must neither import nor look at it (see ``--confcutdir`` in ``pyproject.toml``).
Here it is only a place where ``tools`` is found.
"""

import json
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.configuration import set_hypothesis_home_dir

ROOT = Path(__file__).resolve().parents[2]
PAYLOADS = ROOT / "tests" / "payloads"

sys.path.insert(0, str(ROOT))

# Nothing is written beside the code, and a busy machine fails no test.
set_hypothesis_home_dir(Path(tempfile.gettempdir()) / "crm_whatsapp-hypothesis")
settings.register_profile("pure", database=None, deadline=None)
settings.load_profile("pure")


@pytest.fixture(scope="session")
def payload():
    """Return a function that reads a recorded JSON file by name."""

    def read(name):
        return json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))

    return read
