"""A node without a window, and what a second program can say about it."""

import json
import os
import re
import signal
import stat
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def command(home, *arguments):
    return [sys.executable, "-m", "ehr_desktop", *arguments, "--home", str(home)]


def environment():
    return {**os.environ, "EHR_DESKTOP_KEY_STORE": "file"}


@contextmanager
def running(home, *arguments):
    """A node on `home`, and all it says until it listens."""
    with subprocess.Popen(
        command(home, "node", "--no-announce", "--host", "127.0.0.1", *arguments),
        stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment(),
    ) as node:  # fmt: skip
        try:
            said = [node.stderr.readline()]
            while not said[-1].startswith("quorum"):
                assert said[-1], said
                said.append(node.stderr.readline())
            yield node, said
        finally:
            node.kill()


def status(home):
    done = subprocess.run(
        command(home, "status", "--json"), capture_output=True, text=True, check=True, cwd=ROOT,
        env=environment(),
    )  # fmt: skip
    return json.loads(done.stdout)


def ended(node, number):
    node.send_signal(number)
    out, err = node.communicate(timeout=120)
    return node.returncode, out, err


def test_a_node_says_where_it_listens_and_ends_when_it_is_told_to(homes):
    home = homes.founded()
    with running(home) as (node, said):
        assert re.fullmatch(r"listening: 127\.0\.0\.1:\d+\n", said[0])
        assert said[1] == "quorum: 1 of 1 votes here, 1 needed\n"
        code, out, err = ended(node, signal.SIGTERM)
    assert code == 0
    assert "stopped" in out
    assert err == "stopping\nstopped\n"


def test_a_node_that_is_interrupted_ends_cleanly_too(homes):
    with running(homes.founded()) as (node, _):
        assert ended(node, signal.SIGINT)[0] == 0


def test_status_tells_of_a_node_that_runs_and_of_one_that_was_killed(homes):
    home = homes.founded()
    before = status(home)
    assert (before["running"], before["listening"]) == (False, "")
    with running(home) as (node, said):
        during = status(home)
        assert during["running"] is True
        assert f"listening: {during['listening']}\n" == said[0]
        assert (during["height"], during["present"], during["peers"]) == (before["height"], 1, [])
        assert stat.S_IMODE((home / "running.json").stat().st_mode) == 0o600
        node.kill()
        node.wait()
        after = status(home)
    assert (home / "running.json").exists()
    assert after == before


def test_a_node_that_ended_leaves_nothing_that_says_it_runs(homes):
    home = homes.founded()
    with running(home) as (node, _):
        assert ended(node, signal.SIGTERM)[0] == 0
    assert not (home / "running.json").exists()


def test_a_second_node_on_the_same_directory_is_refused(homes):
    home = homes.founded()
    with running(home):
        second = subprocess.run(
            command(home, "node"), capture_output=True, text=True, check=False, cwd=ROOT,
            env=environment(), timeout=120,
        )  # fmt: skip
    assert second.returncode == 1
    assert "Traceback" not in second.stderr


@pytest.mark.parametrize("port", ["0", "65536", "http"])
def test_a_port_that_is_none_is_refused(tmp_path, port):
    done = subprocess.run(
        command(tmp_path, "node", "--port", port), capture_output=True, text=True, check=False,
        cwd=ROOT, env=environment(), timeout=120,
    )  # fmt: skip
    assert done.returncode == 2
    assert "--port" in done.stderr
