"""What `make run` does where there is no display: the same program, clicked through by itself."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STEPS = (
    "A clinic was made",
    "Two accounts were added",
    "FHIR bundles were imported",
    "found",
    "The record was opened",
    "written and amended",
    "A letter was attached",
    "a collision refused in words",
    "a proof was checked",
    "found nothing wrong",
    "the doctor confirmed the card",
    "let the doctor see a part of the record",
    "The patient stopped sharing",
    "was flipped on the disk",
    "The check names what was changed",
)


def test_the_tour_goes_through_a_whole_first_day_and_leaves_pictures(tmp_path):
    quiet = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "EHR_SHARED_DATA": str(tmp_path / "no")}
    quiet.pop("DISPLAY", None)
    done = subprocess.run(
        [sys.executable, "-m", "ehr_desktop", "demo", "--tour", "--pictures", tmp_path / "seen"],
        cwd=ROOT,
        env=quiet,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told = [line for line in done.stdout.splitlines() if "✓" in line]
    assert len(told) == len(STEPS)
    for step, line in zip(STEPS, told, strict=True):
        assert step in line
    pictures = sorted((tmp_path / "seen").glob("*.png"))
    assert len(pictures) == 21
    assert all(picture.stat().st_size > 10_000 for picture in pictures)
