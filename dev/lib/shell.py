"""Run a helper program, keep its output in a log file, and turn the usual failures into one sentence."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from lib import paths
from lib.progress import CommandError

#: What a program prints -> what a person is told. Looked for in this order.
SYMPTOMS = (
    (
        ("No space left on device", "ENOSPC", "Disk quota exceeded"),
        "The disk is full: free at least 4 GB where this checkout lies, then run the command again.",
    ),
    (
        (
            "Temporary failure resolving",
            "Could not resolve",
            "Name or service not known",
            "EAI_AGAIN",
            "ENOTFOUND",
            "Network is unreachable",
            "Failed to establish a new connection",
            "Temporary failure in name resolution",
            "Could not connect",
            "ECONNREFUSED",
            "ETIMEDOUT",
            "Connection timed out",
            "NameResolutionError",
        ),
        "No network: the first start downloads Odoo and its libraries. Connect this machine, then run the command again.",
    ),
)


def diagnose(output: str) -> str | None:
    """The sentence for a known symptom in a program's output, or None."""
    for needles, sentence in SYMPTOMS:
        if any(needle in output for needle in needles):
            return sentence
    return None


EXCEPTION = re.compile(r"^(?:[A-Za-z_][\w.]*\.)?[A-Z]\w*(?:Error|Exception|Missing|Refused)\b.*")


def telling_line(output: str) -> str:
    """The line of a program's output that says what went wrong: its last exception, else its last line that is no news."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    for line in reversed(lines):
        if EXCEPTION.match(line):
            return line[:300]
    rest = [line for line in lines if " INFO " not in line and " DEBUG " not in line]
    return (rest or lines or ["it printed nothing"])[-1][:300]


def need(tool: str, advice: str) -> str:
    """Return the path of a program, or stop with one sentence."""
    found = shutil.which(tool)
    if not found:
        raise CommandError(f"The program “{tool}” is missing: {advice}")
    return found


def run(
    command: list,
    *,
    log: str,
    purpose: str,
    cwd: Path | None = None,
    env: dict | None = None,
    timeout: float | None = None,
) -> str:
    """Run `command`; its whole output goes to `.dev/log/<log>.log` and is returned.

    :param purpose: what did not happen if it fails, as the start of a sentence ("Installing Python packages").
    :raise Trouble: when it cannot be started or exits non-zero.
    """
    paths.LOGS.mkdir(parents=True, exist_ok=True)
    log_file = paths.LOGS / f"{log}.log"
    with log_file.open("w+b") as output:
        try:
            done = subprocess.run(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                env=env,
                timeout=timeout,
                check=False,
            )
        except FileNotFoundError:
            raise CommandError(f"The program “{command[0]}” is missing: install it, then run the command again.") from None
        except subprocess.TimeoutExpired:
            raise CommandError(f"{purpose} took longer than {timeout:.0f} s and was stopped; see {show(log_file)}.") from None
        output.seek(0)
        text = output.read().decode(errors="replace")
    if done.returncode:
        raise CommandError(
            diagnose(text) or f"{purpose} failed ({telling_line(text)}); the whole output is in {show(log_file)}."
        )
    return text


def show(path: Path) -> str:
    """A path as a person types it: relative to the checkout where possible."""
    try:
        return os.path.relpath(path, paths.ROOT)
    except ValueError:
        return str(path)
