"""The access contract: nobody reads without a receipt, and a receipt says who, whose and why.

A receipt is valid when it is signed: a workstation that was cut off for a while has its receipts
taken, though what they rest on may have ended since.
"""

from typing import Final

from ehr_desktop.domain.categories import Category, default_teams
from ehr_desktop.domain.consent import Basis, GranteeKind
from ehr_desktop.domain.people import TEAMS_OF_ROLE, Action, Role
from ehr_desktop.node.contracts.category_keys import count_sealed, sealed_by_those_here
from ehr_desktop.node.contracts.consent_basis import is_controlled
from ehr_desktop.node.contracts.consent_rules import (
    change,
    list_less,
    list_more,
    put,
    unlocked_patient,
)
from ehr_desktop.node.contracts.consent_state import (
    Claim,
    Erasing,
    Grant,
    Question,
    entry,
    grants,
    ids,
    team_id,
)
from ehr_desktop.node.contracts.consent_statements import AskClinic, ReadOwn
from ehr_desktop.node.contracts.grants import LATE_MS, ended_lately
from ehr_desktop.node.contracts.records import current_epoch
from ehr_desktop.node.contracts.rules import (
    Context,
    Refusal,
    allow,
    container_count,
    known_patient,
    unused,
)
from ehr_desktop.node.contracts.statements import ReadRecords

PURPOSES = frozenset({"treatment", "administration", "export", "audit", "patient-request"})

CLOCKS_DIFFER_MS: Final = 10 * 60 * 1000
"""The reader's clock may be so much behind the one that dated what the reading rests on."""

MOST_QUESTIONS: Final = 50
"""So many questions of one patient may wait for an answer."""


def read(statement: ReadRecords, context: Context) -> None:
    """Record a reading on the basis it names."""
    known_patient(context, statement.patient)
    _known_purpose(statement)
    if not statement.categories:
        raise Refusal("categories")
    at_ms = _signed_ms(context)
    for category in statement.categories:
        if not _holds(statement, Category(category), context, at_ms):
            raise Refusal("no-grant", category=category, patient=statement.patient.hex())


def read_own(statement: ReadOwn, context: Context) -> None:
    """Record that a patient, or who speaks for the patient, reads the record."""
    unlocked_patient(context, statement.patient)
    if not statement.categories:
        raise Refusal("categories")


def ask(statement: AskClinic, context: Context) -> None:
    """A patient asks about a reading, or the clinic answers; once each."""
    unlocked_patient(context, statement.patient)
    container_count(context, 1)
    current_epoch(context, statement.patient, Category.DEMOGRAPHICS, statement.epoch)
    sealed_by_those_here(context, statement.patient, Category.DEMOGRAPHICS, statement.epoch)
    count_sealed(context, statement.patient, Category.DEMOGRAPHICS, statement.epoch, 1)
    if context.is_patient:
        unused(context, "question", statement.question)
        list_more(context, "questions", statement.patient, statement.question, MOST_QUESTIONS)
        asked = Question(statement.patient, statement.about)
        put(context, "question", statement.question, value=asked)
    else:
        _answer(statement, context)


def _answer(statement: AskClinic, context: Context) -> None:
    allow(context, Action.REGISTER_PATIENT)
    found = entry(context.state.get, Question, "question", statement.question)
    if found is None:
        raise Refusal("unknown-question", question=statement.question.hex())
    if (found.patient, found.about) != (statement.patient, statement.about):
        raise Refusal("another-patient", question=statement.question.hex())
    if found.answer:
        raise Refusal("already-answered")
    change(context, found, "question", statement.question, answer=context.transaction)
    list_less(context, "questions", statement.patient, statement.question)


def _known_purpose(statement: ReadRecords) -> None:
    if statement.purpose not in PURPOSES:
        raise Refusal("purpose", purpose=statement.purpose)


def _signed_ms(context: Context) -> int:
    """Give when a receipt was signed, as its workstation claims: not later than now, and not so
    long ago that what held then is forgotten.
    """
    return max(min(context.payload.time_ms, context.now_ms), context.now_ms - LATE_MS)


def _holds(statement: ReadRecords, category: Category, context: Context, at_ms: int) -> bool:
    """Tell whether the basis of a receipt held for a category when it was signed."""
    role, patient = context.role, statement.patient
    erasing = entry(context.state.get, Erasing, "erasure", patient)
    if role is None or (erasing is not None and at_ms >= erasing.ordered_ms):
        return False
    if statement.basis == Basis.POLICY:
        return _policy_held(context, patient, category, role, at_ms)
    if statement.basis == Basis.PATIENT:
        return _granted(context, patient, category, role, at_ms)
    return _claimed(context, statement, category, at_ms)


def _policy_held(
    context: Context, patient: bytes, category: Category, role: Role, at_ms: int
) -> bool:
    if not default_teams(category) & TEAMS_OF_ROLE[role]:
        return False
    if not is_controlled(context.state.get, patient, category):
        return True
    return at_ms < int(context.state.get("decides-since", patient))


def _granted(context: Context, patient: bytes, category: Category, role: Role, at_ms: int) -> bool:
    own = {team_id(team) for team in TEAMS_OF_ROLE[role]}
    known = (*grants(context.state.get, patient).values(), *ended_lately(context, patient).values())
    return any(
        category in grant.categories
        and (
            grant.grantee in own
            if grant.grantee_kind == GranteeKind.TEAM
            else grant.grantee == context.person
        )
        and _held_at(grant, at_ms)
        for grant in known
    )


def _held_at(grant: Grant, at_ms: int) -> bool:
    begun = grant.from_ms <= at_ms + CLOCKS_DIFFER_MS
    return begun and not grant.is_over_at(at_ms) and (not grant.ended_ms or at_ms < grant.ended_ms)


def _claimed(context: Context, statement: ReadRecords, category: Category, at_ms: int) -> bool:
    return any(
        (claim.person, claim.kind) == (context.person, statement.basis)
        and category in claim.categories
        and claim.from_ms <= at_ms + CLOCKS_DIFFER_MS
        and at_ms < claim.until_ms
        for name in ids(context.state.get, "claims", statement.patient)
        if (claim := entry(context.state.get, Claim, "claim", name)) is not None
    )
