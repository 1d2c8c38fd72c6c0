"""Two workstations, each a program of its own, become one clinic: without a window."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


class Terminal:
    """A command that runs, what it has said so far, and the file that answers it."""

    def __init__(self, folder, name, *arguments):
        self.answer = folder / f"{name}.answer"
        self._said = folder / f"{name}.said"
        with self._said.open("wb") as said:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "ehr_desktop", "pair", *map(str, arguments),
                 "--confirm-file", self.answer, "--json"],
                cwd=ROOT, env={**os.environ, "EHR_DESKTOP_KEY_STORE": "file"},
                stdout=subprocess.PIPE, stderr=said,
            )  # fmt: skip

    def hears(self, word):
        """Wait for a line that begins with `word`, and give its rest."""
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and self._process.poll() is None:
            for line in self._said.read_text("utf-8").splitlines():
                if line.startswith(f"{word}: "):
                    return line.removeprefix(f"{word}: ")
            time.sleep(0.05)
        raise AssertionError(f"no {word}: {self._said.read_text('utf-8')}")

    def ends(self):
        """Wait for the end; give the exit code and what it answers."""
        out, _ = self._process.communicate(timeout=120)
        return self._process.returncode, json.loads(out)

    def kill(self):
        self._process.kill()
        self._process.communicate()


@pytest.fixture
def clinic(tmp_path, homes):
    """The data of a clinic on one PC, and the administrator's password in a file."""
    (tmp_path / "password").write_text("plum-tiger-otter-violin-admin\n", "utf-8")
    return homes.founded()


@pytest.fixture
def terminals(tmp_path):
    started = []

    def start(name, *arguments):
        started.append(Terminal(tmp_path, name, *arguments))
        return started[-1]

    yield start
    for terminal in started:
        terminal.kill()


def offer(terminals, clinic, tmp_path):
    return terminals(
        "inside", "--offer", "--home", clinic, "--as", "admin",
        "--password-file", tmp_path / "password",
    )  # fmt: skip


def door_of(inside):
    """The door on loopback: the port is shown where it is not the usual one."""
    _, colon, port = inside.hears("address").rpartition(":")
    return f"127.0.0.1{colon}{port}" if colon else "127.0.0.1"


def status(home):
    done = subprocess.run(
        [sys.executable, "-m", "ehr_desktop", "status", "--home", str(home), "--json"],
        cwd=ROOT, env={**os.environ, "EHR_DESKTOP_KEY_STORE": "file"},
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return json.loads(done.stdout)


def test_two_programs_become_one_clinic(terminals, clinic, tmp_path):
    inside = offer(terminals, clinic, tmp_path)
    new = terminals("new", "--join", door_of(inside), "--home", tmp_path / "b", "--name", "Room 2")
    assert inside.hears("asked") == "Room 2"
    inside.answer.write_text(new.hears("digits"), "ascii")
    new.answer.write_text(inside.hears("digits"), "ascii")
    assert new.ends() == (0, {"home": str(tmp_path / "b"), "clinic": "Test clinic"})
    assert inside.ends() == (0, {"joined": "Room 2", "failure": ""})
    there, here = status(clinic), status(tmp_path / "b")
    assert there["network"] == here["network"]
    assert there["device"] != here["device"]
    assert here["validators"] == 2


def test_a_script_that_sees_other_digits_joins_nothing(terminals, clinic, tmp_path):
    inside = offer(terminals, clinic, tmp_path)
    new = terminals("new", "--join", door_of(inside), "--home", tmp_path / "b", "--name", "Room 2")
    digits = new.hears("digits")
    new.answer.write_text("000 000" if digits != "000 000" else "000 001", "ascii")
    code, answer = new.ends()
    assert (code, answer["error"]) == (1, "PairingFailedError")
    assert not (tmp_path / "b").exists()
