"""Where Odoo 19 itself comes from: `ODOO_HOME`, or Debian unstable's package unpacked below `.dev/`."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from lib import apt, npm, paths
from lib.locks import only_one
from lib.progress import CommandError, step

#: `odoo-19` and the packages its dangling links point into.
PACKAGES = ["odoo-19", "libjs-jquery", "libjs-jquery-form", "libjs-underscore", "fonts-roboto-unhinted", "fonts-ocr-b"]
DIST = paths.ODOO_TREE / "usr" / "lib" / "python3" / "dist-packages"

#: Listed in `mail`'s asset bundle and stripped by Debian: without it every page logs an error and every tour fails.
SELFIE = (
    "@mediapipe/selfie_segmentation@0.1.1675465747",
    "selfie_segmentation.js",
    "mail/static/lib/selfie_segmentation/selfie_segmentation.js",
)
#: Odoo's icons. Debian unstable moved on to a Font Awesome whose files have other names; this is the one Odoo is drawn with.
ICONS = (
    "font-awesome@4.7.0",
    (
        "FontAwesome.otf",
        "fontawesome-webfont.eot",
        "fontawesome-webfont.ttf",
        "fontawesome-webfont.woff",
        "fontawesome-webfont.woff2",
    ),
)
ICON_FOLDERS = ("web/static/lib/fontawesome/fonts", "web/static/src/libs/fontawesome/fonts")
RECIPE = "3"  # raise it when this file unpacks differently


@dataclass(frozen=True)
class Source:
    """An Odoo 19 that can be run."""

    package: Path  # the folder `odoo`
    addons: tuple[Path, ...]  # folders of addons beside those inside the package
    from_debian: bool

    @property
    def python_path(self) -> Path:
        """The folder to put on PYTHONPATH."""
        return self.package.parent

    @property
    def version(self) -> str:
        """What identifies this Odoo for caches."""
        return (self.package / "release.py").read_text()


def _release(package: Path) -> str | None:
    """`19.0` for a folder that is the Python package `odoo`, else None."""
    release = package / "release.py"
    if not (release.is_file() and (package / "service").is_dir()):
        return None
    match = re.search(r"version_info\s*=\s*\(\s*(?:['\"]saas~)?(\d+)['\"]?\s*,\s*(\d+)", release.read_text())
    return f"{match[1]}.{match[2]}" if match else "unknown"


def from_home(home: str) -> Source:
    """The Odoo that `ODOO_HOME` points at: a checkout, the folder `odoo` lies in, or that folder itself."""
    base = Path(home).expanduser().resolve()
    for package in (
        base / "odoo",
        base,
        base / "usr/lib/python3/dist-packages/odoo",
        base / "lib/python3/dist-packages/odoo",
    ):
        release = _release(package)
        if release == "19.0":
            extra = [folder for folder in (package.parent / "addons",) if (folder / "mail" / "__manifest__.py").is_file()]
            return Source(package, tuple(extra), from_debian=False)
        if release:
            raise CommandError(f"ODOO_HOME={home} holds Odoo {release}; this addon needs 19.0: point ODOO_HOME at an Odoo 19.")
    raise CommandError(
        f"ODOO_HOME={home} holds no Odoo: point it at a checkout of Odoo 19 (the folder with “odoo-bin”) "
        "or at the folder that the Python package “odoo” is installed in."
    )


def _fill_holes(addons: Path) -> None:
    """Put the files in place that Debian's package lacks."""
    package, member, target = SELFIE
    npm.extract(package, {member: addons / target})
    package, names = ICONS
    for folder in ICON_FOLDERS:
        present = [name for name in names if (addons / folder / name).is_symlink()]
        npm.extract(package, {f"fonts/{name}": addons / folder / name for name in present})


def _from_debian() -> Source:
    mark = paths.ODOO_TREE / "complete"
    wanted = " ".join([RECIPE, *PACKAGES])
    package = DIST / "odoo"
    with only_one("odoo"):
        if not (mark.is_file() and mark.read_text() == wanted):
            shutil.rmtree(paths.ODOO_TREE, ignore_errors=True)
            downloads = paths.DOWNLOADS / "debian"
            with step("downloading Odoo 19 from Debian unstable (127 MB)"):
                files = apt.download_unstable(PACKAGES, downloads)
            with step("unpacking Odoo 19"):
                apt.unpack(files, paths.ODOO_TREE)
            with step("adding the files Debian leaves out"):
                _fill_holes(package / "addons")
            shutil.rmtree(downloads, ignore_errors=True)
            mark.write_text(wanted)
    return Source(package, (), from_debian=True)


def ensure() -> Source:
    """Return an Odoo 19, fetching it on the first call."""
    home = os.environ.get("ODOO_HOME")
    return from_home(home) if home else _from_debian()
