"""The environment holds what the lock file says and nothing else, however a package's name is spelled."""

from lib import venv


def test_surplus_packages_are_found():
    lock = "# comment with == in it\nBabel==2.18.0\nlxml_html_clean==0.4.6\n"
    assert venv.surplus(lock, "babel==2.18.0\nlxml-html-clean==0.4.6\nPyPDF2==3.0.1\npip==26.0\n") == ["pypdf2"]


def test_the_lock_pins_every_package():
    lines = [line for line in venv.LOCK.read_text().splitlines() if line and not line.startswith("#")]
    assert lines
    assert [line for line in lines if "==" not in line] == []
