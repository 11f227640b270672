"""Data flows in one direction: which part of the repository may import which (docs/architecture.md).

Read from the source, so that no import hides in a function. Ruff bans the module `odoo` too; here are the finer rules.
"""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

#: Folder -> parts of the addon or foreign packages that may not be imported there.
FORBIDDEN = {
    "tools": ["odoo", "models", "controllers", "wizards", "report", "sandbox", "dev"],
    "tools/graph": ["tools.webhook"],
    "tools/webhook": ["tools.graph", "requests"],
    "models": ["controllers", "wizards", "report", "sandbox", "dev", "requests", "httpx"],
    "controllers": ["models", "wizards", "report", "sandbox", "dev", "requests", "httpx", "tools.graph"],
    "wizards": ["models", "controllers", "report", "sandbox", "dev", "requests", "httpx"],
    "report": ["models", "controllers", "wizards", "tools", "sandbox", "dev", "requests", "httpx"],
    "sandbox": ["odoo", "tools", "models", "controllers", "wizards", "dev"],
    "tests/tools": ["odoo", "models", "controllers", "wizards", "sandbox", "dev"],
}
#: The only place that knows how to reach the network.
NETWORK = {"requests", "httpx", "aiohttp", "urllib.request", "http.client", "websocket"}


def python_files(folder):
    return [file for file in sorted((ROOT / folder).rglob("*.py")) if "__pycache__" not in file.parts]


def _absolute(node, file):
    """The full dotted names a `from … import …` reaches, relative ones counted from the repository root."""
    if not node.level:
        base = node.module.split(".")
    else:
        parents = file.relative_to(ROOT).parts[:-1]
        base = [*parents[: len(parents) - node.level + 1], *((node.module or "").split(".") if node.module else [])]
    return [".".join([*base, alias.name]) for alias in node.names]


def imports(file):
    """(line, dotted name) of every import of a file; `from a import b` is `a.b`."""
    found = []
    for node in ast.walk(ast.parse(file.read_text(), str(file))):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [(node.lineno, name) for name in _absolute(node, file)]
    return found


def below(name, part):
    """Whether a dotted name is that part or lies inside it, also when written through Odoo's name for the addon."""
    name = name.removeprefix("odoo.addons.crm_whatsapp.")
    return name == part or name.startswith(part + ".")


@pytest.mark.parametrize("folder", FORBIDDEN)
def test_imports_go_one_way(folder):
    wrong = [
        f"{file.relative_to(ROOT)}:{line} imports {name}"
        for file in python_files(folder)
        if not (folder == "sandbox" and "tests" in file.parts and file.name == "conftest.py")
        for line, name in imports(file)
        for part in FORBIDDEN[folder]
        if below(name, part)
    ]
    assert not wrong


def test_only_the_graph_client_reaches_the_network():
    wrong = [
        f"{file.relative_to(ROOT)}:{line} imports {name}"
        for folder in ("tools", "models", "controllers", "wizards", "report")
        for file in python_files(folder)
        if not file.is_relative_to(ROOT / "tools" / "graph")
        for line, name in imports(file)
        if any(below(name, part) for part in NETWORK)
    ]
    assert not wrong


def test_only_their_own_tests_know_the_clients_of_others():
    wrong = [
        f"{file.relative_to(ROOT)}:{line} imports {name}"
        for folder in ("models", "controllers", "wizards", "tools", "tests", "migrations", "sandbox", "dev")
        for file in python_files(folder)
        if not file.is_relative_to(ROOT / "sandbox" / "tests" / "clients")
        for line, name in imports(file)
        if below(name, "pywa") or below(name, "httpx")
    ]
    assert not wrong


def test_controllers_use_of_tools_only_the_webhook_ones():
    # And redact: a controller sees to it that its secrets stay out of the web server's log.
    allowed = ("tools.webhook", "tools.redact")
    wrong = [
        f"{file.relative_to(ROOT)}:{line} imports {name}"
        for file in python_files("controllers")
        for line, name in imports(file)
        if below(name, "tools") and not any(below(name, part) for part in allowed)
    ]
    assert not wrong


def test_the_rules_see_every_way_of_importing(tmp_path):
    source = ROOT / "models" / "imagined.py"
    tree = ast.parse(
        "from ..tools.graph import client\nfrom . import wa_account\nfrom odoo.addons.crm_whatsapp.tools import phone"
    )
    names = [name for node in tree.body for name in _absolute(node, source)]
    assert names == ["tools.graph.client", "models.wa_account", "odoo.addons.crm_whatsapp.tools.phone"]
    assert below(names[2], "tools")
    assert not below("toolshed", "tools")


def test_no_bytes_of_the_workshop_in_the_manifest():
    manifest = ast.literal_eval((ROOT / "__manifest__.py").read_text())
    named = [*manifest["data"], *manifest.get("demo", [])]
    assert not [name for name in named if name.split("/")[0] in ("dev", "sandbox", ".dev", "dist")]
