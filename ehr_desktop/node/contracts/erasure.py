"""The erasure contract: two members of different roles, a date, and every workstation's word."""

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.people import Action, Role
from ehr_desktop.node.contracts import (
    claims,
    confirmations,
    delegations,
    grants,
    pins,
    requests,
    standing_rules,
)
from ehr_desktop.node.contracts.category_keys import live_key, sealed_epochs
from ehr_desktop.node.contracts.consent_rules import change, put, unlocked_patient
from ehr_desktop.node.contracts.consent_state import Erasing, entry
from ehr_desktop.node.contracts.custody_statements import (
    AcknowledgeErased,
    CancelErasure,
    ConfirmErasure,
    OrderErasure,
)
from ehr_desktop.node.contracts.guards import active_devices
from ehr_desktop.node.contracts.rules import Context, Refusal, allow_any


def order(statement: OrderErasure, context: Context) -> None:
    """Lock a record: from now on nobody reads it. What the patient allowed stands: one member alone
    ends none of it.
    """
    allow_any(context, Action.WRITE_CLINICAL, Action.MANAGE_PEOPLE)
    unlocked_patient(context, statement.patient)
    _holds_nothing_for_others(context, statement.patient)
    put(
        context, "erasure", statement.patient,
        value=Erasing(context.now_ms, context.person, statement.not_before_ms, statement.basis),
    )  # fmt: skip


def cancel(statement: CancelErasure, context: Context) -> None:
    """Unlock a record that is still there; what was allowed and has not run out lets in again."""
    allow_any(context, Action.WRITE_CLINICAL, Action.MANAGE_PEOPLE)
    _ordered(context, statement.patient)
    context.state.remove("erasure", statement.patient)


def confirm(statement: ConfirmErasure, context: Context) -> None:
    """Have the record destroyed, and end whatever was allowed."""
    allow_any(context, Action.WRITE_CLINICAL, Action.MANAGE_PEOPLE)
    found = _ordered(context, statement.patient)
    if context.now_ms < found.not_before_ms:
        raise Refusal("too-early", not_before_ms=found.not_before_ms)
    if context.person == found.ordered_by:
        raise Refusal("same-member", person=context.person.hex())
    if context.role == Role(context.state.get("member", found.ordered_by)[0]):
        raise Refusal("same-role", role=str(context.role))
    _holds_nothing_for_others(context, statement.patient)
    change(
        context, found, "erasure", statement.patient,
        confirmed_ms=context.now_ms, confirmed_by=context.person, owing=active_devices(context),
    )  # fmt: skip
    for end_all in (
        grants.end_all, standing_rules.end_all, requests.withdraw_all, claims.end_all,
    ):  # fmt: skip
        end_all(context, statement.patient)
    # whoever is gone speaks for nobody else either
    context.state.remove("card", statement.patient)
    confirmations.forget(context, statement.patient, statement.patient)
    pins.forget(context, statement.patient)


def done(statement: AcknowledgeErased, context: Context) -> None:
    """Note that a workstation holds nothing of the patient any more."""
    found = entry(context.state.get, Erasing, "erasure", statement.patient)
    device = context.payload.device
    if found is None or device not in found.owing:
        raise Refusal("nothing-owed", patient=statement.patient.hex())
    if device in found.done:
        raise Refusal("already-done")
    change(context, found, "erasure", statement.patient, done=(*found.done, device))


def _holds_nothing_for_others(context: Context, patient: bytes) -> None:
    """Refuse `holds-for-another` while only the patient's card opens what is written of somebody
    else they speak for: it would be lost with the card.
    """
    for other in delegations.represented(context, patient):
        if context.state.get("erasure", other) is not None:
            continue
        for category in Category:
            for epoch, count in sealed_epochs(context, other, category).items():
                key = live_key(context, other, category, epoch)
                if count and (key.readers, key.teams) == ((patient,), ()):
                    raise Refusal("holds-for-another", patient=other.hex())


def _ordered(context: Context, patient: bytes) -> Erasing:
    found = entry(context.state.get, Erasing, "erasure", patient)
    if found is None:
        raise Refusal("not-ordered", patient=patient.hex())
    if found.confirmed_ms:
        raise Refusal("erased", patient=patient.hex())
    return found
