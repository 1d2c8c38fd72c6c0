"""People who come and go, and teams' keys that are renewed: said in between, honest and hostile."""

from collections.abc import Callable
from dataclasses import replace

from ehr_desktop.domain.people import Role, Team
from ehr_desktop.node.contracts.rounds import ROUND_BITS, round_of
from ehr_desktop.node.contracts.statements import (
    DeactivateMember,
    EnrolMember,
    RenewTeamKey,
    Statement,
)
from ehr_desktop.node.contracts.team_keys import generations, is_closed
from tests.support.consent_clinic import ANNA, CLERK, SURGEON
from tests.support.consent_traffic import CLINICIANS, Saying, Traffic
from tests.support.paper_ledger import ADMIN, BOX, DESK, DOCTOR, NURSE, Person, seeded

MEMBERS = {Team.CLINICAL: CLINICIANS, Team.FRONT_DESK: (ADMIN, DESK, *CLINICIANS)}


def depart(t: Traffic) -> Saying | None:
    """Somebody works here for a while, and leaves."""
    if t.draw.random() > 0.15:
        return None
    enrolled = t.guest and t.clinic.get("member", t.guest.id)
    if not enrolled or not enrolled[3]:
        t.guest = Person(f"guest {t.new().hex()}")
        role = t.draw.choice((Role.NURSE, Role.RECEPTIONIST))
        return Saying(EnrolMember(t.guest.id, str(role), t.guest.key.public, BOX), ADMIN, 1)
    return Saying(DeactivateMember(t.guest.id), t.draw.choice((ADMIN, CLERK)))


def owed(t: Traffic) -> Saying | None:
    """What is done at once after somebody has left: new keys of teams, and of what is asked of."""
    for team in Team:
        if is_closed(t.clinic.get, team):
            return Saying(renewal(t, team), t.draw.choice(MEMBERS[team]))
    if not t.usable(ANNA, "demographics"):
        current = t.clinic.get("epoch", ANNA.id, "demographics")
        following = (round_of(current[0]) + 1) << ROUND_BITS | t.draw.randint(0, 99)
        return Saying(t.clinic.epochs(ANNA, "demographics", following), DESK)
    return None


def renewal(t: Traffic, team: Team) -> RenewTeamKey:
    current = t.clinic.get("team", team)[0]
    generation = (round_of(current) + 1) << ROUND_BITS | t.draw.randint(0, 99)
    boxes = tuple((person.id, bytes(32)) for person in MEMBERS[team])
    links = tuple((one, bytes(32)) for one in generations(t.clinic.get, team))
    return RenewTeamKey(str(team), generation, BOX, boxes, links)


def _stale(t: Traffic, said: RenewTeamKey) -> Statement:
    off = t.draw.choice((-1, 1)) << ROUND_BITS
    return replace(said, generation=max(1, said.generation + off))


def _a_box_more(*people: Person) -> Callable[[Traffic, RenewTeamKey], Statement]:
    def bend(t: Traffic, said: RenewTeamKey) -> Statement:
        return replace(said, boxes=(*said.boxes, (t.draw.choice(people).id, bytes(32))))

    return bend


def _by_somebody_else(t: Traffic, said: RenewTeamKey) -> Saying | None:
    return Saying(said, t.draw.choice((DESK, ADMIN))) if said.team == Team.CLINICAL else None


def _a_link_more(t: Traffic, said: RenewTeamKey) -> Statement:
    wrong = t.draw.choice((said.generation, said.generation + 1, said.links[0][0]))
    return replace(said, links=(*said.links, (wrong, bytes(32))))


TEAM_BENDS: dict[type[Statement], tuple[Callable, ...]] = {
    RenewTeamKey: (
        _stale, _a_link_more, _by_somebody_else, _a_box_more(DOCTOR, NURSE, SURGEON),
        _a_box_more(Person("nobody"), Person("somebody who left")),
        lambda _, said: replace(said, key=bytes(1216)),
    ),
    EnrolMember: (
        lambda _, said: replace(said, person=DOCTOR.id), lambda _, said: Saying(said, DESK),
        lambda _, said: replace(said, person=ANNA.id), lambda _, said: Saying(said, NURSE),
        lambda _, said: replace(said, box_key=bytes(1216)),
    ),
    DeactivateMember: (
        lambda _, said: replace(said, person=seeded("nobody")),
        lambda _, said: Saying(said, DESK), lambda _, said: Saying(said, DOCTOR),
        lambda _, said: Saying(replace(said, person=ADMIN.id), ADMIN),
    ),
}  # fmt: skip
