"""The machine's Debian entry is found in both formats, and never mistaken for security updates or a vendor's repository."""

import pytest

from lib import apt

DEB822 = """\
# a comment
Types: deb
URIs: http://archive.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://archive.example/debian-security
Suites: bookworm-security
Components: main
"""
KEY_INSIDE = """\
Types: deb deb-src
URIs: https://mirror.example/debian/
Suites: trixie
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abcd
 -----END PGP PUBLIC KEY BLOCK-----
"""


def _folder(tmp_path, **files):
    (tmp_path / "sources.list.d").mkdir()
    for name, text in files.items():
        target = tmp_path / "sources.list" if name == "main" else tmp_path / "sources.list.d" / name.replace("_", ".")
        target.write_text(text)
    return tmp_path


def test_new_format(tmp_path):
    entry = apt.debian_entry(_folder(tmp_path, debian_sources=DEB822))
    assert entry == apt.Entry("http://archive.example/debian", "/usr/share/keyrings/debian-archive-keyring.gpg", "bookworm")


def test_a_key_inside_the_entry_is_kept_whole(tmp_path):
    entry = apt.debian_entry(_folder(tmp_path, debian_sources=KEY_INSIDE))
    assert entry.signed_by.endswith("-----END PGP PUBLIC KEY BLOCK-----")
    assert entry.signed_by.count("\n") == 4


@pytest.mark.parametrize(
    "line",
    [
        "deb http://archive.example/debian bookworm main",
        "deb [arch=amd64 signed-by=/k.gpg] http://archive.example/debian bookworm main contrib",
    ],
)
def test_old_format(tmp_path, line):
    entry = apt.debian_entry(_folder(tmp_path, main=f"# deb http://old.example/debian sid main\n{line}\n"))
    assert (entry.uri, entry.suite) == ("http://archive.example/debian", "bookworm")


def test_security_and_vendors_are_passed_over(tmp_path):
    folder = _folder(
        tmp_path,
        a_list="deb http://vendor.example/apt cloud main\n",
        b_list="deb http://archive.example/debian bookworm-security main\n",
    )
    assert apt.debian_entry(folder) is None


def test_a_disabled_entry_is_passed_over(tmp_path):
    assert apt.debian_entry(_folder(tmp_path, x_sources="Enabled: no\n" + KEY_INSIDE)) is None
