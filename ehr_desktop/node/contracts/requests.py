"""The requests contract: a member asks a patient, who answers once."""

from typing import Final

from ehr_desktop.domain.consent import RequestState
from ehr_desktop.node.contracts.consent_rules import (
    change,
    list_less,
    list_more,
    put,
    some_controlled,
    still_to_come,
    unlocked_patient,
)
from ehr_desktop.node.contracts.consent_state import Request, entry, ids
from ehr_desktop.node.contracts.consent_statements import (
    RefuseRequest,
    RequestAccess,
    WithdrawRequest,
)
from ehr_desktop.node.contracts.rules import Context, Refusal, unused

MOST_REQUESTS: Final = 50
"""So many requests to one patient may wait at once."""

MOST_OF_ONE: Final = 10
"""So many of them may be one member's."""


def request(statement: RequestAccess, context: Context) -> None:
    """Ask a patient, or a guardian, who decides."""
    unlocked_patient(context, statement.patient)
    unused(context, "request", statement.request)
    some_controlled(statement.categories)
    _somebody_decides(context, statement.patient)
    still_to_come(context, statement.until_ms, statement.from_ms)
    still_to_come(context, statement.keep_ms)
    _let_old_ones_expire(context, statement.patient)
    _not_too_many_of_one(context, statement.patient)
    list_more(context, "requests", statement.patient, statement.request, MOST_REQUESTS)
    asked = Request(
        statement.patient, context.person, statement.categories, statement.purpose,
        statement.from_ms, statement.until_ms, statement.keep_ms, context.now_ms,
        RequestState.OPEN,
    )  # fmt: skip
    put(context, "request", statement.request, value=asked)


def withdraw(statement: WithdrawRequest, context: Context) -> None:
    """Ask no longer."""
    found = open_request(context, statement.request)
    if found.person != context.person:
        raise Refusal("not-yours")
    settle(context, statement.request, found, RequestState.WITHDRAWN)


def refuse(statement: RefuseRequest, context: Context) -> None:
    """Say no."""
    found = open_request(context, statement.request)
    settle(context, statement.request, found, RequestState.REFUSED)


def withdraw_all(context: Context, patient: bytes) -> None:
    """Nobody asks a patient any more whose record is to be erased."""
    for name in ids(context.state.get, "requests", patient):
        settle(context, name, open_request(context, name), RequestState.WITHDRAWN)


def open_request(context: Context, name: bytes) -> Request:
    """Give a request that waits for an answer."""
    found = entry(context.state.get, Request, "request", name)
    if found is None:
        raise Refusal("unknown-request", request=name.hex())
    if found.state != RequestState.OPEN:
        raise Refusal("already-answered", state=found.state)
    return found


def settle(context: Context, name: bytes, found: Request, state: RequestState) -> None:
    """Write down what became of a request."""
    change(context, found, "request", name, state=state)
    list_less(context, "requests", found.patient, name)


def _somebody_decides(context: Context, patient: bytes) -> None:
    """Refuse `no-card` where the clinic's policy decides, so nobody is to be asked."""
    if context.state.get("decides-since", patient) is None:
        raise Refusal("no-card", patient=patient.hex())


def _let_old_ones_expire(context: Context, patient: bytes) -> None:
    for name in ids(context.state.get, "requests", patient):
        found = open_request(context, name)
        if found.until_ms and found.until_ms <= context.now_ms:
            settle(context, name, found, RequestState.EXPIRED)


def _not_too_many_of_one(context: Context, patient: bytes) -> None:
    waiting = ids(context.state.get, "requests", patient)
    own = sum(open_request(context, name).person == context.person for name in waiting)
    if own >= MOST_OF_ONE:
        raise Refusal("too-many", most=MOST_OF_ONE)
