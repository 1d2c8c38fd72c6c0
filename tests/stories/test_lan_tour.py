"""What `make demo-lan` does: four whole programs on a LAN, by themselves."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STEPS = (
    "Reception 1 made a clinic",
    "Room 2 found the open door",
    "Room 3 found the open door",
    "Laboratory found the open door",
    "A booking on Room 2 was final",
    "A booking on Room 2 was final",
    "A booking on Room 2 was final",
    "The program on Room 3 was killed",
    "A booking without it is final: yes",
    "Room 3 is back",
    "was cut; nobody has a quorum",
    "both are shown as pending",
    "the other was refused",
    "a full check on each finds nothing wrong",
    "All were shut down",
)
BY_CABLE = STEPS[10:13]


@pytest.mark.nightly
def test_four_programs_join_book_lose_one_split_and_heal(tmp_path):
    quiet = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    quiet.pop("DISPLAY", None)
    done = subprocess.run(
        [sys.executable, "-m", "ehr_desktop", "demo", "--lan", "--patients", "10",
         "--pictures", tmp_path / "seen"],
        cwd=ROOT, env=quiet, capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    has_cable = "network namespaces, with real multicast" in done.stdout
    steps = [step for step in STEPS if has_cable or step not in BY_CABLE]
    told = [line for line in done.stdout.splitlines() if "✓" in line]
    assert len(told) == len(steps) + (not has_cable)
    for step in steps:
        assert any(step in line for line in told), step
    pictures = sorted((tmp_path / "seen").glob("*/*.png"))
    assert len(pictures) == (12 if has_cable else 4)
    assert all(picture.stat().st_size > 10_000 for picture in pictures)
