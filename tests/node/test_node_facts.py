"""What transactions about workstations come to: facts for a sentence, and events for screens."""

from dataclasses import replace

import pytest

from ehr_desktop.domain.events import LedgerGrew, WorkstationsChanged
from ehr_desktop.domain.ids import DeviceId, PersonId
from ehr_desktop.node.contracts.execute import Verdict
from ehr_desktop.node.contracts.statements import (
    LeaveDevice,
    RemoveDevice,
    ReturnDevice,
    SetWeights,
)
from ehr_desktop.node.facts import Known, facts_of
from ehr_desktop.node.happened import events_of
from ehr_desktop.node.pipeline.final import FinalTransaction
from tests.support.paper_ledger import ADMIN, Device, seeded
from tests.support.paper_network import PaperNetwork, enrolment, two_stories

TWO = Device("Cupboard")
KNOWN = Known(
    {PersonId(ADMIN.id.hex()): "Ada"},
    {DeviceId(Device("PC 1").id.hex()): "PC 1", DeviceId(TWO.id.hex()): "Cupboard"},
)
CASES = [
    (enrolment(TWO, Device("PC 1")), ADMIN, (("workstation", "Cupboard"),)),
    (RemoveDevice(TWO.id), ADMIN, (("workstation", "Cupboard"),)),
    (RemoveDevice(seeded("unknown")), ADMIN, (("workstation", ""),)),
    (
        SetWeights(((TWO.id, 3), (Device("PC 1").id, 1))),
        ADMIN,
        (("weights", "Cupboard 3, PC 1 1"),),
    ),
    (LeaveDevice(), None, (("workstation", "PC 1"),)),
    (ReturnDevice(), None, (("workstation", "PC 1"),)),
    (
        two_stories(TWO),
        None,
        (("workstation", "PC 1"), ("accused", "Cupboard"), ("slot", "4")),
    ),
]


def nothing(*_place):
    """A state in which nothing stands."""


def transaction(statement, person):
    network = PaperNetwork()
    return network.signed((statement, network.first, person))[0]


@pytest.mark.parametrize(("statement", "person", "facts"), CASES)
def test_workstations_are_named(statement, person, facts):
    assert facts_of(transaction(statement, person).payload, KNOWN) == facts


def test_a_workstation_that_talks_nonsense_is_named_all_the_same():
    for first in (b"", b"nonsense"):
        said = replace(two_stories(TWO), first=first)
        assert facts_of(transaction(said, None).payload, KNOWN) == (("workstation", "PC 1"),)


@pytest.mark.parametrize(("statement", "person"), [case[:2] for case in CASES])
def test_screens_are_told_that_workstations_changed(statement, person):
    said = transaction(statement, person)
    accepted = [FinalTransaction(said, 3, 7, Verdict())]
    assert events_of(accepted, nothing) == [WorkstationsChanged(), LedgerGrew(3)]
    refused = [FinalTransaction(said, 3, 7, Verdict("role"))]
    assert events_of(refused, nothing) == [LedgerGrew(3)]
