"""A sample of wrong changes to the contracts of consent: their own tests find every one."""

import subprocess
import sys

from tests.mutation.__main__ import every_mutant
from tests.mutation.explained import EXPLAINED

SAMPLE = 40


def test_mutants_of_a_sample_are_killed_or_explained():
    asked = [sys.executable, "-m", "tests.mutation", "--most", str(SAMPLE), "--seed", "20261129"]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{SAMPLE} of " in done.stdout


def test_only_mutants_there_are_are_explained_and_each_by_one_name():
    names = [str(mutant) for mutant in every_mutant()]
    assert set(EXPLAINED) <= set(names)
    assert len(names) > 1000
