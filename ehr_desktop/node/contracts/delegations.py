"""The delegations contract: who speaks for a patient, and until when."""

from typing import Final

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import FULL_AGE
from ehr_desktop.domain.people import Action
from ehr_desktop.node.contracts import confirmations, grants
from ehr_desktop.node.contracts.category_keys import shut_out
from ehr_desktop.node.contracts.consent_basis import is_confirmed
from ehr_desktop.node.contracts.consent_rules import (
    card_of,
    change,
    decide_from_now,
    list_less,
    list_more,
    own_card,
    put,
    still_to_come,
    unlocked_patient,
)
from ehr_desktop.node.contracts.consent_state import Delegated, entry, guarded_once, ids
from ehr_desktop.node.contracts.consent_statements import (
    Delegate,
    EndDelegation,
    LapseDelegation,
    NameGuardian,
)
from ehr_desktop.node.contracts.rules import Context, Refusal, allow, known_patient, unused

MOST_DELEGATIONS: Final = 10
"""So many may speak for one patient at once."""

MOST_REPRESENTED: Final = 50
"""For so many others one patient may speak at once."""

LONGEST_MS: Final = FULL_AGE * 366 * 24 * 60 * 60 * 1000
"""A guardian's time ends when a child born today is of age; the ledger knows no birth dates."""

ALL: Final = tuple(map(str, Category))
"""Who speaks for a patient reads all of the record."""


def delegate(statement: Delegate, context: Context) -> None:
    """Let somebody else speak, too; only the patient can."""
    unlocked_patient(context, statement.patient)
    own_card(context, statement.patient)
    _begin(context, statement, guardian=0)


def name_guardian(statement: NameGuardian, context: Context) -> None:
    """Name a parent or carer for a patient without a card. Once confirmed it counts."""
    allow(context, Action.REGISTER_PATIENT)
    unlocked_patient(context, statement.patient)
    if is_confirmed(context.state.get, statement.patient, statement.patient):
        raise Refusal("card-taken", patient=statement.patient.hex())
    if statement.until_ms > context.now_ms + LONGEST_MS:
        raise Refusal("period", until_ms=statement.until_ms)
    if context.state.get("decides-since", statement.patient) is None:
        grants.prepare_first(context, statement.patient, statement.delegate, statement)
    elif statement.grant or statement.categories:
        # somebody decides already, and staff do not
        raise Refusal("already-guarded", patient=statement.patient.hex())
    _begin(context, statement, guardian=1)
    if confirmations.register(context, statement.patient, statement.delegate, statement.grant):
        count(context, statement.patient, statement.delegate)


def count(context: Context, patient: bytes, guardian: bytes) -> None:
    """From now on a guardian decides, until the time is over. What the team keeps is said by the
    first of them.
    """
    named = (_listed(context, name) for name in ids(context.state.get, "delegations", patient))
    if not any(one.delegate == guardian and context.now_ms < one.until_ms for one in named):
        raise Refusal("unknown-delegation", delegate=guardian.hex())
    if context.state.get("decides-since", patient) is None:
        grants.begin_first(context, confirmations.first_of(context, patient, guardian).grant)
        decide_from_now(context, patient)
    shut_out(context, patient, ALL, teams_too=False)


def end(statement: EndDelegation, context: Context) -> None:
    """Let somebody speak no longer."""
    found = _active(context, statement.delegation)
    known_patient(context, found.patient)
    if context.person not in (found.patient, found.delegate):
        raise Refusal("not-the-patient", patient=found.patient.hex())
    _end(context, statement.delegation, found)
    shut_out(context, found.patient, ALL)


def lapse(statement: LapseDelegation, context: Context) -> None:
    """Note that somebody speaks no longer, as the time is over."""
    found = _active(context, statement.delegation)
    if context.now_ms < found.until_ms:
        raise Refusal("not-over", until_ms=found.until_ms)
    _end(context, statement.delegation, found)
    shut_out(context, found.patient, ALL)


def end_guardians(context: Context, patient: bytes) -> None:
    """Nobody decides any more for a patient who took up a card; see `grants.end_all`."""
    for name in ids(context.state.get, "delegations", patient):
        _end(context, name, _listed(context, name))


def turn_away(context: Context, patient: bytes, guardian: bytes) -> None:
    """Let a guardian whom nobody vouched for decide neither now nor later."""
    for name in ids(context.state.get, "delegations", patient):
        found = _listed(context, name)
        if found.delegate == guardian:
            _end(context, name, found)


def represented(context: Context, delegate: bytes) -> list[bytes]:
    """Give for whom somebody speaks."""
    names = ids(context.state.get, "speaks-for", delegate)
    return [_listed(context, name).patient for name in names]


def _begin(context: Context, statement: Delegate | NameGuardian, *, guardian: int) -> None:
    unused(context, "delegation", statement.delegation)
    known_patient(context, statement.delegate)
    card_of(context, statement.delegate)
    confirmations.a_confirmed_card(context, statement.delegate)
    if statement.delegate == statement.patient:
        raise Refusal("same-patient")
    if not statement.until_ms:
        raise Refusal("period", until_ms=statement.until_ms)
    still_to_come(context, statement.until_ms)
    _let_old_ones_end(context, "delegations", statement.patient)
    _let_old_ones_end(context, "speaks-for", statement.delegate)
    _speaks_only_once(context, statement.patient, statement.delegate)
    list_more(context, "delegations", statement.patient, statement.delegation, MOST_DELEGATIONS)
    list_more(context, "speaks-for", statement.delegate, statement.delegation, MOST_REPRESENTED)
    made = Delegated(statement.patient, statement.delegate, statement.until_ms, guardian, 1)
    put(context, "delegation", statement.delegation, value=made)


def _speaks_only_once(context: Context, patient: bytes, name: bytes) -> None:
    for other in ids(context.state.get, "delegations", patient):
        found = _listed(context, other)
        if found.delegate != name:
            continue
        if not found.guardian or is_confirmed(context.state.get, patient, name):
            raise Refusal("already-delegated", delegate=name.hex())
        # one who waits may be named anew, as a card that waits is made anew
        _end(context, other, found)


def _let_old_ones_end(context: Context, label: str, owner: bytes) -> None:
    for name in ids(context.state.get, label, owner):
        found = _listed(context, name)
        if found.until_ms <= context.now_ms:
            _end(context, name, found)
            shut_out(context, found.patient, ALL)


def _active(context: Context, name: bytes) -> Delegated:
    found = entry(context.state.get, Delegated, "delegation", name)
    if found is None or not found.active:
        raise Refusal("unknown-delegation", delegation=name.hex())
    return found


def _listed(context: Context, name: bytes) -> Delegated:
    found = entry(context.state.get, Delegated, "delegation", name)
    assert found is not None, "what is listed is there"
    return found


def _end(context: Context, name: bytes, found: Delegated) -> None:
    change(context, found, "delegation", name, active=0)
    # only guardians are vouched for as somebody else's speaker, delegates by their own card
    if is_confirmed(context.state.get, found.patient, found.delegate):
        _remember(context, found)
    list_less(context, "delegations", found.patient, name)
    list_less(context, "speaks-for", found.delegate, name)
    confirmations.forget(context, found.patient, found.delegate)


def _remember(context: Context, ended: Delegated) -> None:
    """Note for whom a guardian decided: what was closed to all others, nobody else can hand on."""
    known = guarded_once(context.state.get, ended.delegate)
    listed = [*(one for one in known if one != ended.patient), ended.patient]
    context.state.put("guarded-once", ended.delegate, value=listed[-MOST_REPRESENTED:])
