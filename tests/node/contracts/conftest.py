"""A clinic on paper in which something has been said."""

import pytest

from tests.support.consent_clinic import ConsentClinic, consent_clinic
from tests.support.paper_ledger import DESK, DOCTOR, PaperLedger, registration, staffed
from tests.support.paper_statements import ANNA, BEN, BOTH, HOUR, NINE, booking, epochs, note, row


@pytest.fixture
def clinic() -> PaperLedger:
    """Anna and Ben are registered; Anna has open epochs, a note and two appointments."""
    ledger = staffed()
    for statement, person, containers in (
        (registration(ANNA), DESK, 0),
        (registration(BEN), DESK, 0),
        (epochs(ANNA, row("appointments", boxes=BOTH), row("demographics", boxes=BOTH)), DESK, 0),
        (epochs(ANNA, row("notes")), DOCTOR, 0),
        (epochs(BEN, row("notes")), DOCTOR, 0),
        (note("first note"), DOCTOR, 1),
        (booking("nine"), DESK, 1),
        (booking("eleven", NINE + 2 * HOUR), DESK, 1),
    ):
        verdict = ledger.say(statement, person, containers)
        assert verdict.accepted, verdict
    return ledger


@pytest.fixture
def consent() -> ConsentClinic:
    """Patients with cards, a delegate, a guardian, grants, a rule and shared-out keys."""
    return consent_clinic()
