"""WhatsApp clients of other people: pinned, fetched by name, apart from everything else."""

import json
import re

from lib import clients, paths, venv
from lib.checks import clients as check
from lib.checks.results import Result


def pins(text):
    return dict(line.split("==") for line in text.splitlines() if "==" in line and not line.startswith("#"))


def test_what_the_tests_run_in_holds_none_of_them():
    assert not set(pins(clients.LOCK.read_text())) & set(pins(venv.LOCK.read_text()))


def test_every_package_is_pinned():
    lines = [line for line in clients.LOCK.read_text().splitlines() if line and not line.startswith("#")]
    assert lines
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in lines)
    wanted = json.loads((clients.SUITE / "package.json").read_text())["devDependencies"]
    locked = json.loads((clients.SUITE / "package-lock.json").read_text())["packages"]
    for name, version in wanted.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+\S*", version), "an exact version, not a range"
        assert locked[f"node_modules/{name}"]["version"] == version
        assert locked[f"node_modules/{name}"]["integrity"]


def test_no_address_of_a_registry():
    for name in ("requirements.lock", "package.json", "package-lock.json"):
        text = (clients.SUITE / name).read_text()
        assert "://" not in text.replace('"url": "https://github.com/sponsors', "")


def test_they_are_installed_out_of_the_tree():
    assert paths.STATE_DIR in clients.PYTHON_PACKAGES.parents
    assert paths.STATE_DIR in clients.NODE_PACKAGES.parents
    tracked = [file for file in clients.SUITE.rglob("*") if "node_modules" in file.parts or "site-packages" in file.parts]
    assert not tracked


def test_a_suite_in_which_nothing_ran_has_failed(monkeypatch):
    monkeypatch.setattr(check.clients, "ensure", dict)
    monkeypatch.setattr(check.pure, "run_suite", lambda *_arguments: Result("nothing"))
    (result,) = check.run()
    assert (result.passed, result.failed) == (0, 1)


def test_the_suites_own_folder_stays_out_of_the_sandboxs(tmp_path):
    # Else `dev/test pure` would need what only `dev/test clients` fetches.
    assert "norecursedirs = clients" in (paths.ROOT / "sandbox" / "tests" / "pytest.ini").read_text()
