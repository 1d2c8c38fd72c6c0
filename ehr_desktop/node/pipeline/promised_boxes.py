"""Which key boxes a statement brings: their hashes, and as much of their addresses as it says."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from ehr_desktop.node.contracts.consent_statements import (
    BoxKeys,
    GuardCard,
    ReplaceCard,
    TakeCard,
)
from ehr_desktop.node.contracts.custody_statements import (
    BoxForCustodians,
    CarryOver,
    DealShares,
    HandByCustodians,
    ReleaseShares,
)
from ehr_desktop.node.contracts.statements import (
    FoundClinic,
    OpenEpochs,
    RenewTeamKey,
    ReplaceTeamKey,
    ResealKeys,
    Statement,
    WelcomeMembers,
)
from ehr_desktop.node.contracts.team_keys import FOUNDING_GENERATION
from ehr_desktop.node.keys.custody import CUSTODIANS
from ehr_desktop.node.keys.escrow import ESCROW, share_purpose
from ehr_desktop.node.keys.guarding import PIN_PURPOSE

READER_GENERATION: Final = 1
"""The generation of every box for one reader."""

One = Callable[..., Any]
"""Makes what is promised from a box's hash and what is said of its address."""


def boxes_of(statement: Statement, one: One) -> list[Any]:
    """Give `one(hash, ...)` for every box a statement brings."""
    promised = _PROMISED.get(statement.KIND)
    return list(promised(statement, one)) if promised else []


def _opening(statement: OpenEpochs, one: One) -> Iterable[Any]:
    for category, epoch, _, teams, readers in statement.epochs:
        said = {"subject": statement.patient, "purpose": category, "epoch": epoch}
        for team, generation, name in teams:
            yield one(name, recipient=team.encode(), generation=generation, **said)
        for reader, name in readers:
            yield one(name, recipient=reader, generation=READER_GENERATION, **said)


def _later(statement: BoxKeys, one: One) -> Iterable[Any]:
    for category, epoch, team, reader, name in statement.boxes:
        # the generation of a team's key is said by the box alone
        whom = {"recipient": reader, "generation": READER_GENERATION}
        if not reader:
            whom = {"recipient": team.encode(), "generation": 0}
        yield one(name, subject=statement.patient, purpose=category, epoch=epoch, **whom)


def _guards(statement: TakeCard | GuardCard | ReplaceCard, one: One) -> Iterable[Any]:
    said = {"subject": statement.patient, "purpose": PIN_PURPOSE, "epoch": statement.generation}
    for device, place, name in statement.guards:
        yield one(name, recipient=device, generation=place, **said)


def _dealt(statement: DealShares, one: One) -> Iterable[Any]:
    for category, epoch, sealed, _, guards in statement.escrows:
        said = {"subject": statement.patient, "epoch": epoch}
        yield one(sealed, purpose=category, recipient=ESCROW, generation=1, **said)
        for device, place, name in guards:
            purpose = share_purpose(category)
            yield one(name, purpose=purpose, recipient=device, generation=place, **said)


def _released(statement: ReleaseShares, one: One) -> Iterable[Any]:
    # what each is of is said by the claim
    return (one(name, recipient=statement.claim) for name in statement.boxes)


def _welcome(statement: WelcomeMembers | HandByCustodians, one: One) -> Iterable[Any]:
    said = {"purpose": statement.team, "epoch": statement.generation, "generation": 1}
    return (one(name, recipient=person, **said) for person, name in statement.boxes)


def _custodians(statement: BoxForCustodians | CarryOver, one: One) -> Iterable[Any]:
    said = {"epoch": statement.generation, "generation": statement.generation}
    return (
        one(name, subject=whose, purpose=what, recipient=CUSTODIANS, **said)
        for what, whose, name in statement.boxes
    )


def _founding(statement: FoundClinic, one: One) -> Iterable[Any]:
    said = {"recipient": statement.administrator, "generation": 1}
    return (
        one(name, purpose=team, epoch=FOUNDING_GENERATION, **said) for team, name in statement.boxes
    )


def _resealed(statement: ResealKeys, one: One) -> Iterable[Any]:
    # whose keys they are is said by the boxes alone
    said = {"recipient": statement.team.encode(), "generation": statement.generation}
    return (one(name, **said) for name in statement.boxes)


def _renewed(statement: RenewTeamKey, one: One) -> Iterable[Any]:
    said = {"purpose": statement.team}
    for person, name in statement.boxes:
        yield one(name, epoch=statement.generation, recipient=person, generation=1, **said)
    for earlier, name in statement.links:
        team = {"recipient": statement.team.encode(), "generation": statement.generation}
        yield one(name, epoch=earlier, **team, **said)


def _replaced(statement: ReplaceTeamKey, one: One) -> Iterable[Any]:
    # whom each is for is said by the box alone
    said = {"purpose": statement.team, "epoch": statement.generation}
    return (one(name, **said) for name in statement.boxes)


_PROMISED: Final[dict[str, Callable[[Any, One], Iterable[Any]]]] = {
    OpenEpochs.KIND: _opening,
    BoxKeys.KIND: _later,
    TakeCard.KIND: _guards,
    GuardCard.KIND: _guards,
    ReplaceCard.KIND: _guards,
    DealShares.KIND: _dealt,
    ReleaseShares.KIND: _released,
    WelcomeMembers.KIND: _welcome,
    HandByCustodians.KIND: _welcome,
    BoxForCustodians.KIND: _custodians,
    CarryOver.KIND: _custodians,
    FoundClinic.KIND: _founding,
    ResealKeys.KIND: _resealed,
    ReplaceTeamKey.KIND: _replaced,
    RenewTeamKey.KIND: _renewed,
}

BRINGING_BOXES: Final = frozenset(_PROMISED) - {FoundClinic.KIND}
"""The kinds of statements that bring boxes and can be refused."""
