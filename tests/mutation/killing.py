"""Runs the contracts' own rule tests against a mutant, in this process, until one fails."""

import copy
import importlib
import itertools
import signal
from collections.abc import Callable, Iterator
from cProfile import Profile
from dataclasses import dataclass
from types import CodeType, FrameType

from tests.mutation.mutants import Bound, Mutant
from tests.node.contracts.conftest import clinic
from tests.node.contracts.test_contract_custodians import guarded_ledger
from tests.support.consent_clinic import consent_clinic

TESTS = (
    "test_consent_grants",
    "test_consent_delegations",
    "test_consent_of_age",
    "test_consent_cards",
    "test_consent_pins",
    "test_consent_confirmations",
    "test_consent_guardians_confirmed",
    "test_consent_turned_away",
    "test_consent_keys",
    "test_consent_team_keys",
    "test_consent_departures",
    "test_consent_claims",
    "test_consent_visits",
    "test_consent_erasure",
    "test_consent_access",
    "test_contract_custodians",
    "test_contract_admission",
    "test_contract_rules",
)
_PAPER = clinic.__wrapped__()
_GUARDED = guarded_ledger()
FIXTURES: dict[str, Callable[[], object]] = {
    "consent": consent_clinic,
    "clinic": lambda: copy.deepcopy(_PAPER),
    "guarded": lambda: copy.deepcopy(_GUARDED),
}
"""What tests ask for by name, made anew for each."""

PATIENCE_S = 5.0


class RunawayError(BaseException):
    """A mutant never ends."""


@dataclass(frozen=True)
class Test:
    """One test with its parameters; it makes its own clinic."""

    name: str
    module: str
    run: Callable[[], None]


def tests_of(module: str) -> Iterator[Test]:
    """Give the tests of a module of rule tests, one a set of parameters."""
    found = importlib.import_module(f"tests.node.contracts.{module}")
    for name, function in vars(found).items():
        if not name.startswith("test_") or not callable(function):
            continue
        marks = [m for m in getattr(function, "pytestmark", ()) if m.name == "parametrize"]
        for chosen in itertools.product(*(_sets(mark) for mark in marks)):
            given = {key: value for one in chosen for key, value in one.items()}
            yield Test(name, module, _bound(function, given))


def _sets(mark: object) -> list[dict[str, object]]:
    names, rows = mark.args  # type: ignore[attr-defined]
    if isinstance(names, str):
        return [{names: row} for row in rows]
    return [dict(zip(names, row, strict=True)) for row in rows]


def _bound(function: Callable[..., None], given: dict[str, object]) -> Callable[[], None]:
    asked = function.__code__.co_varnames[: function.__code__.co_argcount]

    def run() -> None:
        fixtures = {name: make() for name, make in FIXTURES.items() if name in asked}
        function(**given, **fixtures)

    return run


class Killer:
    """All rule tests, and which of them run each function."""

    def __init__(self) -> None:
        consent_clinic()
        self.tests: dict[CodeType, list[Test]] = {}
        for test in (test for module in TESTS for test in tests_of(module)):
            for code in _ran_by(test):
                self.tests.setdefault(code, []).append(test)

    def is_killed(self, mutant: Mutant | Bound) -> bool:
        """Tell whether some test fails, raises or does not end with the mutant."""
        touched = [self.tests.get(code, []) for code in mutant.touches]
        with mutant.planted():
            for tests in touched:
                for test in tests:
                    if _fails(test):
                        # likely to find the next one in the same function, too
                        tests.remove(test)
                        tests.insert(0, test)
                        return True
        return False


def _ran_by(test: Test) -> set[CodeType]:
    profile = Profile(builtins=False)
    profile.runcall(test.run)
    return {entry.code for entry in profile.getstats() if isinstance(entry.code, CodeType)}


def _fails(test: Test) -> bool:
    def too_long(_signal: int, _frame: FrameType | None) -> None:
        raise RunawayError

    signal.signal(signal.SIGALRM, too_long)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE_S)
    try:
        test.run()
    except (Exception, RunawayError, AssertionError):  # noqa: BLE001 - any of them is a kill
        return True
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return False
