"""What somebody hostile makes of an honest statement: bent in one place, so it is to be refused."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from ehr_desktop.node.contracts.statements import (
    NOBODY,
)
from ehr_desktop.node.ledger.transaction import Transaction
from tests.support.consent_bends import SEMANTIC
from tests.support.consent_clinic import (
    ANNA,
    BEN,
    CLARA,
    PCS,
    Patient,
    new_key,
)
from tests.support.consent_traffic import STRANGER, Saying, Traffic
from tests.support.paper_ledger import (
    ADMIN,
    DESK,
    DOCTOR,
    Device,
    seeded,
)


@dataclass(frozen=True)
class Attack:
    """What is hostile about a transaction, and the transaction."""

    name: str
    transaction: Transaction


def unsigned_by_one(t: Traffic, said: Saying) -> Transaction | None:
    """One of those who must sign does not."""
    signers = list(said.signers)
    if len(signers) < 2:
        return None
    signers.remove(t.draw.choice(signers[1:]))
    return t.clinic.signed(
        said.statement, said.by.id if said.by else NOBODY, said.pc, tuple(signers), said.containers
    )


def signed_by_one_more(t: Traffic, said: Saying) -> Transaction | None:
    others = [new_key("other"), ADMIN.key, ANNA.key, *(pc.key for pc in PCS)]
    more = t.draw.choice([key for key in others if key.public not in
                          {one.public for one in said.signers}])  # fmt: skip
    return t.signed(replace(said, keys=(*said.keys, more)))


def signed_by_another(t: Traffic, said: Saying) -> Transaction | None:
    """Somebody else's key, or a key nobody knows, under the right name or for a card's."""
    if said.by is None and not said.keys:
        return None
    other = t.draw.choice((new_key("thief"), DOCTOR.key, DESK.key, CLARA.key, BEN.key))
    if other.public in {key.public for key in said.signers}:
        return None
    signers = (said.pc.key, other, *(said.keys if said.by else ()))
    person = said.by.id if said.by else NOBODY
    return t.clinic.signed(said.statement, person, said.pc, signers, said.containers)


def said_by_a_stranger(t: Traffic, said: Saying) -> Transaction | None:
    """Somebody who is not here says it with a key of their own."""
    if said.by is None:
        return None
    return t.signed(replace(said, by=STRANGER))


def said_by_the_device_alone(t: Traffic, said: Saying) -> Transaction | None:
    return None if said.by is None else t.signed(replace(said, by=None))


def said_by_the_wrong_kind_of_person(t: Traffic, said: Saying) -> Transaction | None:
    """A patient without a say says it for another; a member says what only patients say."""
    if isinstance(said.by, Patient):
        patient = getattr(said.statement, "patient", None)
        return t.signed(replace(said, by=BEN)) if patient != BEN.id else None
    if said.by is None:
        return t.signed(replace(said, by=DOCTOR))
    return t.signed(replace(said, by=BEN))


def from_a_workstation_that_is_not_in(t: Traffic, said: Saying) -> Transaction | None:
    return t.signed(replace(said, pc=Device("a laptop")))


def out_of_order(t: Traffic, said: Saying) -> Transaction | None:
    sequence, previous = t.clinic.feeds.get(said.pc.id, (0, bytes(32)))
    if t.draw.random() < 0.5:
        return t.signed(said, sequence=t.draw.choice((sequence, sequence + 2, sequence + 100)) or 7)
    return t.signed(said, previous=seeded("another history", 32) if previous else previous)


def said_again(t: Traffic, said: Saying) -> Transaction | None:
    """The very same bytes a second time."""
    del said
    return t.draw.choice(t.clinic.said)[0]


def come_too_late(t: Traffic, said: Saying) -> Transaction | None:
    return t.signed(said, valid_until=t.draw.randint(1, t.clinic.height - 1))


def with_another_number_of_containers(t: Traffic, said: Saying) -> Transaction | None:
    return t.signed(replace(said, containers=said.containers + 1)) if said.containers else None


def misshapen(t: Traffic, said: Saying) -> Transaction | None:
    """A body that is not of its kind's shape."""
    body = list(said.statement.body())
    how = t.draw.randint(0, 3)
    if how == 0:
        body.append(b"more")
    elif how == 1:
        body.pop()
    else:
        place = t.draw.randrange(len(body))
        odd = (b"", b"short", -1, 2**62, "x" * 65, "", "wide \u2603", None, True, [[]], [[1, 2]],
               bytes(4000))  # fmt: skip
        chosen = t.draw.choice(odd)
        try:
            shaped = said.statement.SHAPES[place](chosen)
        except Exception:  # noqa: BLE001 - just what is wanted
            shaped = None
        if shaped is not None:
            return None
        body[place] = chosen
    return t.signed(said, body=tuple(body))


def of_another_kind(t: Traffic, said: Saying) -> Transaction | None:
    return t.signed(said, kind=t.draw.choice(("consent.all", "card.give")))


def bent(t: Traffic, said: Saying) -> Transaction | None:
    """A statement that says a little more than it may."""
    bends = SEMANTIC.get(type(said.statement))
    if bends is None:
        return None
    made = t.draw.choice(bends)(t, said.statement)
    if made is None or made == said.statement:
        return None
    if isinstance(made, Saying):
        return t.signed(replace(said, statement=made.statement, by=made.by or said.by))
    return t.signed(replace(said, statement=made))


BENDS: tuple[tuple[str, Callable[[Traffic, Saying], Transaction | None]], ...] = (
    *(("bent", bent) for _ in range(8)),
    *(
        (bend.__name__, bend)
        for bend in (
            unsigned_by_one,
            signed_by_one_more,
            signed_by_another,
            said_by_a_stranger,
            said_by_the_device_alone,
            said_by_the_wrong_kind_of_person,
            from_a_workstation_that_is_not_in,
            out_of_order,
            said_again,
            come_too_late,
            with_another_number_of_containers,
            misshapen,
            of_another_kind,
        )
    ),
)


def hostile(t: Traffic, said: Saying) -> Attack | None:
    """Bend something honest in one place; None where it cannot be bent just so."""
    name, bend = t.draw.choice(BENDS)
    return Attack(name, made) if (made := bend(t, said)) is not None else None
