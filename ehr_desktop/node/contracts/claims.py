"""The claims contract: access in an emergency and under a standing rule, and its review."""

from typing import Final

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import EMERGENCY_MINUTES, REVIEW_HOURS, ClaimKind
from ehr_desktop.domain.people import Action
from ehr_desktop.node.contracts.category_keys import spend
from ehr_desktop.node.contracts.consent_rules import (
    change,
    put,
    some_controlled,
    unlocked_patient,
)
from ehr_desktop.node.contracts.consent_state import Claim, entry, ids
from ehr_desktop.node.contracts.custody_statements import ClaimShares, ReviewClaim
from ehr_desktop.node.contracts.rules import (
    Context,
    Refusal,
    allow,
    allow_any,
    container_count,
    known_patient,
    unused,
    usable_box_key,
)
from ehr_desktop.node.contracts.standing_rules import active_rule
from ehr_desktop.node.contracts.visits import DAY_MS, Visit

HOUR_MS: Final = 60 * 60 * 1000
MOST_EMERGENCIES: Final = 5
"""So many emergencies one clinician has in an hour."""

MOST_UNDER_RULES: Final = 60
"""So often one clinician claims under rules in an hour."""


def claim(statement: ClaimShares, context: Context) -> None:
    """Open what is shared out, for a while."""
    allow(context, Action.READ_CLINICAL)
    unlocked_patient(context, statement.patient)
    unused(context, "claim", statement.claim)
    usable_box_key(statement.key)
    some_controlled(statement.categories)
    if statement.claim_kind == ClaimKind.EMERGENCY:
        until_ms = _in_an_emergency(statement, context)
    else:
        until_ms = _under_a_rule(statement, context)
    _is_shared_out(context, statement)
    _not_too_often(context, statement.claim_kind)
    made = Claim(
        statement.patient, context.person, statement.claim_kind, statement.categories,
        statement.key, statement.basis, context.now_ms, until_ms,
    )  # fmt: skip
    put(context, "claim", statement.claim, value=made)
    context.state.put(
        "claims", statement.patient,
        value=[*_still_listed(context, statement.patient), statement.claim],
    )  # fmt: skip


def review(statement: ReviewClaim, context: Context) -> None:
    """Say whether an emergency was one; what is still open ends with it."""
    found = entry(context.state.get, Claim, "claim", statement.claim)
    if found is None or found.kind != ClaimKind.EMERGENCY:
        raise Refusal("unknown-claim", claim=statement.claim.hex())
    known_patient(context, found.patient)
    allow_any(context, Action.READ_CLINICAL, Action.MANAGE_PEOPLE)
    if context.person == found.person:
        raise Refusal("same-member", person=context.person.hex())
    if found.finding:
        raise Refusal("already-reviewed", finding=found.finding)
    container_count(context, 1)
    change(
        context, found, "claim", statement.claim,
        finding=statement.finding, reviewer=context.person,
        until_ms=min(found.until_ms, context.now_ms),
    )  # fmt: skip
    _list(context, found.patient, _still_listed(context, found.patient))
    for category in found.categories:
        spend(context, found.patient, category)


def end_all(context: Context, patient: bytes) -> None:
    """End whatever is open of a patient; what needs a review still does."""
    for name in ids(context.state.get, "claims", patient):
        found = _listed(context, name)
        if context.now_ms < found.until_ms:
            change(context, found, "claim", name, until_ms=context.now_ms)


def _in_an_emergency(statement: ClaimShares, context: Context) -> int:
    container_count(context, 1)
    if statement.categories != (Category.EMERGENCY,) or statement.basis:
        raise Refusal("emergency-set")
    return context.now_ms + EMERGENCY_MINUTES * 60 * 1000


def _under_a_rule(statement: ClaimShares, context: Context) -> int:
    """Give the end of the day if a rule of this patient opens it today for this clinician."""
    container_count(context, 0)
    rule = active_rule(context, statement.basis)
    if rule.patient != statement.patient:
        raise Refusal("another-patient", id=statement.basis.hex())
    if rule.is_over_at(context.now_ms):
        raise Refusal("rule-ended", until_ms=rule.until_ms)
    if not set(statement.categories) <= set(rule.categories):
        raise Refusal("over-scoped", what="categories")
    ends_ms = _end_of_the_day(context, statement.patient)
    return min(ends_ms, rule.until_ms or ends_ms)


def _end_of_the_day(context: Context, patient: bytes) -> int:
    """Give when the day is over on which the claimant sees the patient, as somebody else says."""
    visits = map(Visit.of, context.state.get("visits", patient) or ())
    today = [visit for visit in visits if visit.is_for(context.person, context.now_ms)]
    if not today:
        raise Refusal("no-appointment", patient=patient.hex())
    ends = [visit.day_ms + DAY_MS for visit in today if visit.is_vouched_for]
    if not ends:
        raise Refusal("own-appointment", patient=patient.hex())
    return max(ends)


def _is_shared_out(context: Context, statement: ClaimShares) -> None:
    for category in statement.categories:
        if context.state.get("epoch", statement.patient, category) is None:
            raise Refusal("nothing-written", category=category)
        if context.state.get("escrow", statement.patient, category) is None:
            raise Refusal("not-shared-out", category=category)


def _not_too_often(context: Context, kind: str) -> None:
    most = MOST_EMERGENCIES if kind == ClaimKind.EMERGENCY else MOST_UNDER_RULES
    times = [
        time_ms
        for time_ms in context.state.get("claimed", context.person, kind) or ()
        if time_ms > context.now_ms - HOUR_MS
    ]
    if len(times) >= most:
        raise Refusal("too-many", most=most)
    context.state.put("claimed", context.person, kind, value=[*times, context.now_ms])


def _still_listed(context: Context, patient: bytes) -> list[bytes]:
    """Give the claims that are listed on: those that wait for a review, and newer ones."""
    kept = []
    for name in ids(context.state.get, "claims", patient):
        found = _listed(context, name)
        waits = found.kind == ClaimKind.EMERGENCY and not found.finding
        if waits or context.now_ms < found.from_ms + REVIEW_HOURS * HOUR_MS:
            kept.append(name)
    return kept


def _list(context: Context, patient: bytes, names: list[bytes]) -> None:
    if names:
        context.state.put("claims", patient, value=names)
    else:
        context.state.remove("claims", patient)


def _listed(context: Context, name: bytes) -> Claim:
    found = entry(context.state.get, Claim, "claim", name)
    assert found is not None, "what is listed is there"
    return found
