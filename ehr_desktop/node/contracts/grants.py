"""The grants contract: a patient lets somebody in, who may hand it on, until it ends."""

from typing import Final

from ehr_desktop.domain.consent import GranteeKind, GrantState, RequestState
from ehr_desktop.domain.people import TEAMS_OF_ROLE, Team
from ehr_desktop.node.contracts.category_keys import forget_readers, shut_out
from ehr_desktop.node.contracts.consent_rules import (
    change,
    list_less,
    list_more,
    put,
    some_controlled,
    still_to_come,
    unlocked_patient,
)
from ehr_desktop.node.contracts.consent_state import (
    Grant,
    Request,
    entry,
    grants,
    team_id,
)
from ehr_desktop.node.contracts.consent_statements import (
    GrantAccess,
    LapseAccess,
    NameGuardian,
    ReshareAccess,
    RevokeAccess,
    TakeCard,
)
from ehr_desktop.node.contracts.requests import open_request, settle
from ehr_desktop.node.contracts.rules import Context, Refusal, unused

MOST_GRANTS: Final = 100
"""So many grants of one patient hold at once."""

LATE_MS: Final = 72 * 60 * 60 * 1000
"""So much later than it was signed, while a workstation was cut off, a receipt is still taken."""

WAITING: Final = "waiting"
"""The state of a first grant that waits for its card to count."""

_TEAMS: Final = {team_id(team): team for team in Team}


def grant(statement: GrantAccess, context: Context) -> None:
    """Let a member or a team in."""
    unlocked_patient(context, statement.patient)
    some_controlled(statement.categories)
    _a_grantee(context, statement.grantee_kind, statement.grantee)
    still_to_come(context, statement.until_ms, statement.from_ms)
    still_to_come(context, statement.keep_ms)
    if statement.request:
        _answers(context, statement)
    given = Grant(
        statement.patient, statement.grantee_kind, statement.grantee, statement.categories,
        statement.purpose, statement.from_ms, statement.until_ms, statement.keep_ms,
        statement.reshare, GrantState.ACTIVE, b"", context.person, context.now_ms,
    )  # fmt: skip
    _put_new(context, statement.grant, given)


def reshare(statement: ReshareAccess, context: Context) -> None:
    """Hand a grant on to a colleague, who cannot hand it on again."""
    parent = _active(context, statement.parent)
    unlocked_patient(context, parent.patient)
    some_controlled(statement.categories)
    _a_grantee(context, GranteeKind.PERSON, statement.grantee)
    _may_hand_on(context, parent)
    if statement.grantee == context.person:
        raise Refusal("same-member", person=context.person.hex())
    still_to_come(context, statement.until_ms)
    if not set(statement.categories) <= set(parent.categories):
        raise Refusal("over-scoped", what="categories")
    _within(statement.until_ms, parent.until_ms, "until")
    given = Grant(
        parent.patient, GranteeKind.PERSON, statement.grantee, statement.categories,
        parent.purpose, context.now_ms, statement.until_ms, parent.keep_ms, 0,
        GrantState.ACTIVE, statement.parent, context.person, context.now_ms,
    )  # fmt: skip
    _put_new(context, statement.grant, given)


def revoke(statement: RevokeAccess, context: Context) -> None:
    """End a grant and what was handed on from it."""
    found = _active(context, statement.grant)
    _end(context, statement.grant, found, GrantState.REVOKED)


def lapse(statement: LapseAccess, context: Context) -> None:
    """End a grant whose time is over."""
    found = _active(context, statement.grant)
    if not found.is_over_at(context.now_ms):
        raise Refusal("not-over", until_ms=found.until_ms)
    _end(context, statement.grant, found, GrantState.EXPIRED)


def end_all(context: Context, patient: bytes) -> None:
    """End every grant of a patient; whoever calls it shuts out those who were let in."""
    for name, found in grants(context.state.get, patient).items():
        _close(context, name, found, GrantState.REVOKED)


def end_those_of(context: Context, person: bytes) -> None:
    """End every grant to a member who has left."""
    for name in _granted_to(context, person):
        _end(context, name, _active(context, name), GrantState.REVOKED)


def forget_boxes_of(context: Context, person: bytes) -> None:
    """Note that a member's boxes are of no use any more: the member has other keys."""
    for name in _granted_to(context, person):
        found = _active(context, name)
        forget_readers(context, found.patient, found.categories, (person,))


def prepare_first(
    context: Context, patient: bytes, speaker: bytes, statement: TakeCard | NameGuardian
) -> None:
    """Write down what the clinical team is to keep, as the first grant of whoever decides once the
    card or the guardian counts; or nothing.
    """
    if not statement.grant:
        if statement.categories:
            raise Refusal("categories")
        return
    some_controlled(statement.categories)
    unused(context, "grant", statement.grant)
    kept = Grant(
        patient, GranteeKind.TEAM, team_id(Team.CLINICAL), statement.categories, "treatment",
        context.now_ms, 0, 0, 0, WAITING, b"", speaker, context.now_ms,
    )  # fmt: skip
    put(context, "grant", statement.grant, value=kept)


def begin_first(context: Context, name: bytes) -> None:
    """Let the clinical team keep what was prepared, from now on; nothing for an empty name."""
    if name:
        kept = entry(context.state.get, Grant, "grant", name)
        assert kept is not None, "it was prepared"
        list_more(context, "grants", kept.patient, name, MOST_GRANTS)
        change(
            context, kept, "grant", name,
            state=GrantState.ACTIVE, from_ms=context.now_ms, given_ms=context.now_ms,
        )  # fmt: skip


def ended_lately(context: Context, patient: bytes) -> dict[bytes, Grant]:
    """Give the grants that ended so lately that a receipt signed before may still come."""
    listed = {
        name: found
        for name in context.state.get("ended", patient) or ()
        if (found := entry(context.state.get, Grant, "grant", name)) is not None
    }
    since_ms = context.now_ms - LATE_MS
    return {name: found for name, found in listed.items() if found.ended_ms > since_ms}


def _remember(context: Context, patient: bytes, name: bytes) -> None:
    lately = [*ended_lately(context, patient), name]
    context.state.put("ended", patient, value=lately[-MOST_GRANTS:])


def _granted_to(context: Context, person: bytes) -> list[bytes]:
    """Give the grants to a member that hold. They are listed by the first byte of the patient's
    pseudonym: a member may have thousands.
    """
    return [
        name for first in range(256) for name in context.state.get("granted", person, first) or ()
    ]


def _put_new(context: Context, name: bytes, given: Grant) -> None:
    unused(context, "grant", name)
    list_more(context, "grants", given.patient, name, MOST_GRANTS)
    if given.grantee_kind == GranteeKind.PERSON:
        place = "granted", given.grantee, given.patient[0]
        context.state.put(*place, value=[*(context.state.get(*place) or ()), name])
    put(context, "grant", name, value=given)


def _a_grantee(context: Context, kind: str, grantee: bytes) -> None:
    """Refuse `unknown-grantee` unless it is a member who is still here, or a team."""
    if kind == GranteeKind.TEAM:
        known = grantee in _TEAMS
    else:
        member = context.state.get("member", grantee)
        known = member is not None and bool(member[3])
    if not known:
        raise Refusal("unknown-grantee", grantee=grantee.hex())


def _answers(context: Context, statement: GrantAccess) -> None:
    """Refuse what covers more than was asked, or is for somebody else; settle the request."""
    asked = open_request(context, statement.request)
    if asked.patient != statement.patient:
        raise Refusal("another-patient", request=statement.request.hex())
    for what, covered in (
        ("grantee", (statement.grantee_kind, statement.grantee)
         == (GranteeKind.PERSON, asked.person)),
        ("categories", set(statement.categories) <= set(asked.categories)),
        ("purpose", statement.purpose == asked.purpose),
        ("from", statement.from_ms >= asked.from_ms),
        ("reshare", not statement.reshare),
    ):  # fmt: skip
        if not covered:
            raise Refusal("over-scoped", what=what)
    _within(statement.until_ms, asked.until_ms, "until")
    _copies_within(statement, asked)
    settle(context, statement.request, asked, RequestState.GRANTED)


def _within(until_ms: int, most_ms: int, what: str) -> None:
    """Refuse `over-scoped` for what ends later; 0 is without end."""
    if most_ms and (not until_ms or until_ms > most_ms):
        raise Refusal("over-scoped", what=what)


def _copies_within(statement: GrantAccess, asked: Request) -> None:
    """Refuse `over-scoped` for copies kept longer; 0 is no copies."""
    if statement.keep_ms > asked.keep_ms:
        raise Refusal("over-scoped", what="keep")


def _may_hand_on(context: Context, parent: Grant) -> None:
    """Refuse whoever is not let in by a grant now, or may not hand it on."""
    if parent.grantee_kind == GranteeKind.TEAM:
        own = context.role is not None and _TEAMS[parent.grantee] in TEAMS_OF_ROLE[context.role]
    else:
        own = parent.grantee == context.person
    if not own:
        raise Refusal("not-yours")
    if not parent.reshare:
        raise Refusal("over-scoped", what="reshare")
    if not parent.holds_at(context.now_ms):
        raise Refusal("grant-ended")


def _active(context: Context, name: bytes) -> Grant:
    found = entry(context.state.get, Grant, "grant", name)
    if found is None:
        raise Refusal("unknown-grant", grant=name.hex())
    if found.state != GrantState.ACTIVE:
        raise Refusal("grant-ended", state=found.state)
    return found


def _end(context: Context, name: bytes, found: Grant, state: GrantState) -> None:
    """End a grant and what was handed on from it, and shut out whom nothing else lets in."""
    for other, child in grants(context.state.get, found.patient).items():
        if child.parent == name:
            _close(context, other, child, state)
    _close(context, name, found, state)
    shut_out(context, found.patient, found.categories)


def _close(context: Context, name: bytes, found: Grant, state: GrantState) -> None:
    change(context, found, "grant", name, state=state, ended_ms=context.now_ms)
    list_less(context, "grants", found.patient, name)
    _remember(context, found.patient, name)
    if found.grantee_kind == GranteeKind.PERSON:
        place = "granted", found.grantee, found.patient[0]
        left = [one for one in context.state.get(*place) if one != name]
        context.state.put(*place, value=left) if left else context.state.remove(*place)
