"""What is found out before a record shows: what is open, on what ground, and what is asked for."""

from dataclasses import dataclass

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import (
    CONTROLLED,
    AccessRequest,
    CardStatus,
    EmergencyAccess,
    Erasure,
    GrantState,
    RequestState,
)
from ehr_desktop.domain.errors import ErasedError, NoKeyError, NotFoundError
from ehr_desktop.domain.ids import PatientId
from ehr_desktop.domain.patients import PatientSummary
from ehr_desktop.domain.people import Action, Clinic, may
from ehr_desktop.services.values import OpenChart
from ehr_desktop.ui.models.closed_categories import closed_to
from ehr_desktop.ui.screens.erasing.lock import erasure_of
from ehr_desktop.ui.shell.context import ScreenContext


@dataclass(frozen=True, slots=True)
class Opening:
    """A record as one person finds it. `chart` is None where nothing is open to them, where
    something is allowed and its keys have not come in yet (`waits_for_keys`), or where the record
    is locked for an `erasure`.
    """

    clinic: Clinic
    patient: PatientSummary
    card: CardStatus
    closed: frozenset[Category]
    chart: OpenChart | None = None
    access: EmergencyAccess | None = None
    request: AccessRequest | None = None
    waits_for_keys: bool = False
    erasure: Erasure | None = None


async def open_record(context: ScreenContext, patient: PatientId) -> Opening:
    """Ask on the node; the opening, which is written down, comes last.

    Raises:
        NoKeyError: this person's role reads no medical records.
        ErasedError: the record is gone, and the name with it.
        NotFoundError: there is no such patient.
    """
    ask, actor = context.clinic, context.actor
    clinic = await ask.session.clinic()
    if not may(actor.role, Action.READ_CLINICAL):
        raise NoKeyError(patient)
    erasure = await erasure_of(context, patient)
    try:
        known = await ask.patients.get(actor, patient)
    except NotFoundError:
        if erasure is not None:
            raise ErasedError(patient) from None
        raise
    card = await ask.cards.status(actor, patient)
    if erasure is not None:
        return Opening(clinic, known, card, CONTROLLED, erasure=erasure)
    is_open = await ask.sharing.open_to(actor, patient)
    access = await ask.emergency.current(actor, patient)
    request = await request_about(context, patient)
    granted = request is not None and request.state is RequestState.GRANTED
    chart = None
    if is_open & CONTROLLED:
        try:
            chart = await ask.charts.open(actor, patient)
        except NoKeyError:
            chart = None
    return Opening(
        clinic=clinic,
        patient=known,
        card=card,
        closed=closed_to(is_open),
        chart=chart,
        access=access,
        request=request,
        waits_for_keys=chart is None and (granted or bool(is_open & CONTROLLED)),
    )


async def request_about(context: ScreenContext, patient: PatientId) -> AccessRequest | None:
    """Give what the actor asked this patient for last, if that is not long settled."""
    asked = await context.clinic.sharing.own_requests(context.actor)
    newest = next((one for one in asked if one.patient == patient), None)
    return newest if newest is None or await still_holds(context, newest) else None


async def still_holds(context: ScreenContext, request: AccessRequest) -> bool:
    """Tell whether what became of a request is still so: what was granted may have been stopped."""
    if request.state is not RequestState.GRANTED:
        return True
    shares = await context.clinic.sharing.shares(context.actor, request.patient)
    return any(
        one.grantee == request.person
        and one.state is GrantState.ACTIVE
        and one.categories <= request.categories
        for one in shares
    )
