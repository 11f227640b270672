"""Where things lie. Everything that is made goes below `.dev/` (git-ignored), so deleting that folder undoes it."""

from pathlib import Path

MODULE = "crm_whatsapp"
ROOT = Path(__file__).resolve().parents[2]  # the repository, which is the addon itself
DEV = ROOT / "dev"
STATE_DIR = ROOT / ".dev"

VENV = STATE_DIR / "venv"
PYTHON = VENV / "bin" / "python"
ODOO_TREE = STATE_DIR / "odoo"  # Debian packages unpacked here
ADDONS = STATE_DIR / "addons"  # holds one link, named after the module, to the repository
DATA = STATE_DIR / "data"  # Odoo's data_dir: filestore and sessions
LOGS = STATE_DIR / "log"
NODE = STATE_DIR / "node"
CLIENTS = STATE_DIR / "clients"  # WhatsApp clients of other people, for tests
DOWNLOADS = STATE_DIR / "downloads"
STATE_FILE = STATE_DIR / "state.json"


def make_folders() -> None:
    """Create the folders every command expects, and the link that gives the repository its module name."""
    for folder in (STATE_DIR, ADDONS, DATA, LOGS, DOWNLOADS):
        folder.mkdir(parents=True, exist_ok=True)
    link = ADDONS / MODULE
    if link.is_symlink() and link.resolve() == ROOT:
        return
    link.unlink(missing_ok=True)
    try:
        link.symlink_to(ROOT, target_is_directory=True)
    except FileExistsError:  # another command made it between the two lines above
        pass
