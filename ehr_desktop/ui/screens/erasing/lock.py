"""Whether a record is locked for an erasure, for every screen that shows its patient."""

from ehr_desktop.domain.consent import Erasure
from ehr_desktop.domain.errors import EhrError
from ehr_desktop.domain.ids import PatientId
from ehr_desktop.ui.shell.context import ScreenContext


async def erasure_of(context: ScreenContext, patient: PatientId) -> Erasure | None:
    """Give the erasure a patient's record is locked for, or None; also where that is not told."""
    try:
        erasures = await context.clinic.erasing.all(context.actor)
    except EhrError:
        return None
    return next((one for one in erasures if one.patient == patient), None)
