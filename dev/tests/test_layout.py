"""Declare once, call by name: where a model's fields and methods may stand (CONTRIBUTING.md), read from the syntax trees."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODELS = ROOT / "models"
#: Files that one of our own models may stand in.
MOST_FILES = 3
#: (model, method) -> why it has to stand in two files. At most three.
IN_TWO_FILES: dict[tuple[str, str], str] = {}
#: What declares: assignments of these in the body of a class.
DECLARATIONS = {"fields", "Constraint", "Index", "UniqueIndex"}


def _literal(node):
    try:
        return ast.literal_eval(node)
    except ValueError:
        return None


@cache
def classes():
    """(model, is it made here, path, class) of every class that makes or extends a model."""
    found = []
    for file in sorted([*MODELS.rglob("*.py"), *(ROOT / "wizards").rglob("*.py")]):
        for node in ast.parse(file.read_text(), str(file)).body:
            if not isinstance(node, ast.ClassDef):
                continue
            said = {
                item.targets[0].id: _literal(item.value)
                for item in node.body
                if isinstance(item, ast.Assign) and isinstance(item.targets[0], ast.Name)
            }
            inherited = said.get("_inherit") or []
            inherited = [inherited] if isinstance(inherited, str) else inherited
            name = said.get("_name") or (inherited[0] if inherited else None)
            if name:
                found.append((name, bool(said.get("_name")) and name not in inherited, file.relative_to(ROOT), node))
    return found


def own():
    return {name for name, is_ours, _file, _node in classes() if is_ours}


def _methods(node):
    return [item.name for item in node.body if isinstance(item, ast.FunctionDef)]


def _declared(node):
    """Names of fields, constraints and indexes in a class."""
    for item in node.body:
        if isinstance(item, ast.Assign) and isinstance(item.value, ast.Call) and isinstance(item.targets[0], ast.Name):
            function = item.value.func
            if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
                if function.value.id in DECLARATIONS or function.attr in DECLARATIONS:
                    yield item.targets[0].id


def test_no_method_of_a_model_stands_in_two_files():
    files = defaultdict(set)
    for model, _ours, file, node in classes():
        for method in _methods(node):
            files[model, method].add(str(file))
    twice = {key: sorted(names) for key, names in files.items() if len(names) > 1 and key not in IN_TWO_FILES}
    assert not twice, "call by name from where the story is told, instead of overriding our own method"


def test_exceptions_are_few_needed_and_say_why():
    assert len(IN_TWO_FILES) <= 3
    assert all(reason.strip() for reason in IN_TWO_FILES.values())
    files = defaultdict(set)
    for model, _ours, file, node in classes():
        for method in _methods(node):
            files[model, method].add(file)
    assert {key for key in IN_TWO_FILES if len(files[key]) < 2} == set()


def test_what_a_model_declares_stands_in_one_file():
    files = defaultdict(set)
    for model, _ours, file, node in classes():
        if any(_declared(node)):
            files[model].add(str(file))
    assert {model: sorted(names) for model, names in files.items() if len(names) > 1} == {}


def test_our_own_models_stand_in_few_files_of_one_folder():
    files = defaultdict(set)
    for model, _ours, file, _node in classes():
        if model in own():
            files[model].add(file)
    assert {model: sorted(map(str, names)) for model, names in files.items() if len(names) > MOST_FILES} == {}
    assert {model: sorted(map(str, names)) for model, names in files.items() if len({name.parent for name in names}) > 1} == {}


def test_a_model_of_odoo_is_extended_in_one_file_named_after_it():
    files = defaultdict(set)
    for model, _ours, file, _node in classes():
        if model not in own():
            files[model].add(str(file))
    wanted = {model: {f"models/core/{model.replace('.', '_')}.py"} for model in files}
    assert {model: sorted(names) for model, names in files.items() if names != wanted[model]} == {}


def test_the_folders_of_models_are_imported_by_one_line_each():
    lines = [line for line in (MODELS / "__init__.py").read_text().splitlines() if line and not line.startswith("#")]
    imported = [re.fullmatch(r"from \. import (\w+)", line) for line in lines]
    assert all(imported), lines
    folders = {folder.name for folder in MODELS.iterdir() if (folder / "__init__.py").is_file()}
    assert folders - {match[1] for match in imported} == set()


def _views():
    """(file, external id, what it inherits) of every view of ours."""
    for folder in ("views", "wizards"):
        for file in sorted((ROOT / folder).glob("*.xml")):
            for record in ElementTree.parse(file).iter("record"):  # noqa: S314 (our own file)
                parents = [field.get("ref") for field in record.findall("field") if field.get("name") == "inherit_id"]
                if record.get("model") == "ir.ui.view" and parents:
                    yield file.name, record.get("id"), parents[0]


def test_our_views_do_not_inherit_our_views():
    mine = [(file, name, parent) for file, name, parent in _views() if "." not in parent or parent.startswith("crm_whatsapp.")]
    assert mine == []


TESTS = ROOT / "tests"
#: Folders of tests that mirror no folder of models/: the whole folder of the root that they are about, or how they run.
OTHER_ROOMS = {"http": "controllers", "tools": "tools", "views": "views", "wizards": "wizards", "tours": None, "payloads": None}


def test_the_folders_of_tests_are_those_of_the_code():
    rooms = {folder.name for folder in MODELS.iterdir() if (folder / "__init__.py").is_file()}
    found = {folder.name for folder in TESTS.iterdir() if any(folder.glob("*.py"))}
    assert found - rooms - set(OTHER_ROOMS) == set(), "a test stands in the folder of what it tests"
    assert all((ROOT / folder).is_dir() for folder in OTHER_ROOMS.values() if folder)


def test_the_folders_of_pure_tests_are_those_of_tools():
    found = {folder.name for folder in (TESTS / "tools").iterdir() if any(folder.glob("*.py"))}
    assert found - {folder.name for folder in (ROOT / "tools").iterdir() if folder.is_dir()} == set()


def test_what_tests_share_stands_beside_their_folders_and_no_file_is_a_bin():
    files = [file.relative_to(TESTS) for file in TESTS.rglob("*.py") if not file.is_relative_to(TESTS / "tools")]
    assert [file for file in files if file.stem.endswith("_case") and len(file.parts) > 1] == []
    assert [file for file in files if re.search(r"_(more|robust|misc|various)|_\d+$", file.stem)] == []


@pytest.mark.parametrize("file", [ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))], ids=lambda file: file.name)
def test_documents_name_files_that_exist(file):
    named = re.findall(
        r"`((?:controllers|data|dev|docs|models|sandbox|static|tests|tools|views|wizards)/[\w./-]+\.\w+)", file.read_text()
    )
    assert [name for name in named if not (ROOT / name).exists()] == []


DECISIONS = ROOT / "docs" / "decisions"


@pytest.mark.parametrize("file", sorted(DECISIONS.glob("[0-9]*.md")), ids=lambda file: file.stem[:4])
def test_each_decision_is_in_the_index_by_its_title(file):
    number, title = re.match(r"# (\d+)\. (.+)", file.read_text()).groups()
    assert int(number) == int(file.name[:4])
    assert f"[{int(number)}]({file.name}) {title}" in (DECISIONS / "README.md").read_text()
