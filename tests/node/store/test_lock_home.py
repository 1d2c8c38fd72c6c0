"""One program per data directory."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from ehr_desktop.domain.errors import HomeInUseError
from ehr_desktop.node.store.lock import HomeLock

SINCE = datetime(2026, 8, 14, 9, tzinfo=UTC)
HOLDER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from ehr_desktop.node.store.lock import HomeLock
lock = HomeLock(Path(sys.argv[1]), datetime(2026, 8, 14, 9, tzinfo=UTC))
print("held", flush=True)
sys.stdin.read()
"""


def test_the_second_is_told_who_holds_the_home_and_since_when(tmp_path):
    with HomeLock(tmp_path, SINCE), pytest.raises(HomeInUseError) as refused:
        HomeLock(tmp_path, SINCE)
    assert str(os.getpid()) in refused.value.holder
    assert "2026-08-14T09:00:00" in refused.value.holder


def test_a_released_home_can_be_taken_again(tmp_path):
    first = HomeLock(tmp_path, SINCE)
    first.release()
    first.release()
    with HomeLock(tmp_path, SINCE), pytest.raises(HomeInUseError):
        HomeLock(tmp_path, SINCE)


def test_two_homes_do_not_meet(tmp_path):
    (tmp_path / "other").mkdir()
    with HomeLock(tmp_path, SINCE), HomeLock(tmp_path / "other", SINCE) as other:
        with pytest.raises(HomeInUseError):
            HomeLock(tmp_path / "other", SINCE)
        assert other is not None


def test_a_killed_process_holds_nothing_any_more(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(HomeInUseError) as refused:
            HomeLock(tmp_path, SINCE)
        assert f"process {holder.pid} " in refused.value.holder
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        HomeLock(tmp_path, SINCE).release()
