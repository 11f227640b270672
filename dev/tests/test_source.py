"""ODOO_HOME may be a checkout, a folder of installed packages or the package itself; anything else is one sentence."""

import pytest

from lib import source
from lib.progress import CommandError


def _odoo(folder, version="19, 0"):
    (folder / "service").mkdir(parents=True)
    (folder / "release.py").write_text(f"version_info = ({version}, 0, 'final', 0, '')\n")
    return folder


def test_a_checkout_brings_its_addons(tmp_path):
    package = _odoo(tmp_path / "odoo")
    (tmp_path / "addons" / "mail").mkdir(parents=True)
    (tmp_path / "addons" / "mail" / "__manifest__.py").write_text("{}")
    found = source.from_home(str(tmp_path))
    assert (found.package, found.addons, found.python_path) == (package, (tmp_path / "addons",), tmp_path)


def test_installed_packages(tmp_path):
    package = _odoo(tmp_path / "odoo")
    assert source.from_home(str(tmp_path)).package == package
    assert source.from_home(str(package)).package == package


def test_another_version_is_refused(tmp_path):
    _odoo(tmp_path / "odoo", "18, 0")
    with pytest.raises(CommandError, match=r"holds Odoo 18\.0"):
        source.from_home(str(tmp_path))


def test_a_folder_without_odoo_is_refused(tmp_path):
    with pytest.raises(CommandError, match="holds no Odoo"):
        source.from_home(str(tmp_path))
