"""Where a benchmark runs and how much it may take."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from ehr_desktop.config import resources_folder


@dataclass(frozen=True, slots=True)
class Setting:
    """A folder to work in, and `bundles`: real FHIR bundles, none where there are none."""

    folder: Path
    quick: bool
    bundles: tuple[Path, ...]

    @property
    def demo(self) -> Path:
        """The folder of the made-up clinic's tables."""
        return resources_folder() / "demo"

    def pick(self, full: int, quick: int) -> int:
        """Give how many of something to measure."""
        return quick if self.quick else full


@contextmanager
def fresh_setting(*, quick: bool) -> Iterator[Setting]:
    """Give a setting in a temporary folder that is removed afterwards.

    `EHR_SHARED_DATA` names the folder of real bundles; without it, one beside the repository.
    """
    root = Path(__file__).resolve().parents[1]
    shared = Path(os.environ.get("EHR_SHARED_DATA", root.parent / "shared" / "data"))
    bundles = tuple(sorted(shared.glob("synthea_r4/*.json.gz")))
    with TemporaryDirectory(prefix="ehr-bench-") as folder:
        yield Setting(Path(folder), quick, bundles)
