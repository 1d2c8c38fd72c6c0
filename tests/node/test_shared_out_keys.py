"""A key that is shared out to 1, 2, 3, 4 and 7 workstations: how many of them give it back, and
that none releases anything for a claim that is not final in its own ledger.
"""

import os

import pytest

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.people import Role
from ehr_desktop.node.contracts.consent_state import Claim, Escrow, entry
from ehr_desktop.node.contracts.custody_statements import ClaimShares, ReleaseShares
from ehr_desktop.node.crypto.box import BoxKey, generate_box_seed
from ehr_desktop.node.crypto.errors import OpenFailedError
from ehr_desktop.node.duties.duty import Cause, Here
from ehr_desktop.node.duties.releasing import Releasing
from ehr_desktop.node.keys.escrow import recover, release_purpose
from ehr_desktop.node.keys.teams import category_key_commitment
from ehr_desktop.node.pipeline.unsigned import Unsigned
from ehr_desktop.node.sealing.dealing import OpenKey, deal_shares, is_dealt
from ehr_desktop.node.sealing.drawing import draw_epoch, open_epochs
from ehr_desktop.node.store import secrets
from ehr_desktop.node.store.containers import StoredContainer

CATEGORY = Category.EMERGENCY


class Emergency:
    """A patient whose emergency key is shared out, and a doctor who claims it."""

    def __init__(self, clinic):
        self.clinic = clinic
        self.person, self.keys = clinic.enrols(Role.DOCTOR)
        self.first = clinic[1]
        self.patient = clinic.registers(self.first)
        clinic.settle()
        value = self.first.pipeline.value
        drawn = draw_epoch(value, self.patient, CATEGORY, self.person, clinic.now)
        self.epoch, self.key = drawn.epoch, drawn.key
        self.says(self.first, open_epochs(self.patient, [drawn]), drawn.boxes)
        statement, boxes = deal_shares(
            value, self.patient, [OpenKey(CATEGORY, self.epoch, self.key)]
        )
        self.says(self.first, statement, boxes)
        clinic.settle()
        self.claim = os.urandom(16)
        self.box = BoxKey(generate_box_seed())

    def says(self, workstation, statement, boxes=()):
        return self.clinic.write(
            workstation,
            Unsigned(
                statement, self.person, self.keys.signing, subject=self.patient, boxes=tuple(boxes)
            ),
        )

    def claims(self, workstation):
        """Say the claim; give its transaction's id."""
        statement = ClaimShares(
            self.claim, self.patient, "emergency", (str(CATEGORY),), self.box.public,
            "unconscious", bytes(32), b"",
        )  # fmt: skip
        words = StoredContainer(
            os.urandom(32), b"", os.urandom(16), 1, b"header", b"salt", b"", b"", 6, b"sealed"
        )
        turn = self.clinic.write(
            workstation,
            Unsigned(
                statement, self.person, self.keys.signing, subject=self.patient,
                containers=(words,),
            ),
        )  # fmt: skip
        self.cause = Cause(turn.signed[0].id, statement)

    def owed_by(self, workstation):
        """What the duty of a workstation gives to be said."""
        database, pipeline = workstation.database, workstation.pipeline
        with database.reading() as connection:
            seed = secrets.secret(connection, "device-box-seed")
            here = Here(
                connection, pipeline.device, BoxKey(seed), 0, self.clinic.now,
                pipeline.chain.reader(connection), pipeline.value_here(connection),
            )  # fmt: skip
            return list(Releasing().owed(here, self.cause))

    def release_what_they_owe(self, workstations):
        for workstation in workstations:
            for unsigned in self.owed_by(workstation):
                self.clinic.write(workstation, unsigned)
        self.clinic.settle()

    def recovered_at(self, workstation):
        """The key, from what has come to a workstation."""
        value = workstation.pipeline.value
        dealt = entry(value, Escrow, "escrow", self.patient, CATEGORY)
        with workstation.database.reading() as connection:
            sealed = secrets.box_named(connection, dealt.sealed)
            released = secrets.boxes_of(
                connection, self.patient, release_purpose(CATEGORY), self.claim
            )
        commitment = category_key_commitment(self.key)
        return recover(sealed, released, self.box, dealt.threshold, commitment)


@pytest.mark.parametrize(
    ("count", "threshold", "down"), [(1, 1, 0), (2, 2, 0), (3, 2, 1), (4, 3, 1), (7, 5, 2)]
)
def test_enough_workstations_give_the_key_back_with_as_many_down_as_may_be(
    clinic_of, count, threshold, down
):
    clinic = clinic_of(count)
    emergency = Emergency(clinic)
    dealt = entry(clinic[1].pipeline.value, Escrow, "escrow", emergency.patient, CATEGORY)
    assert (dealt.threshold, len(dealt.guards)) == (threshold, count)
    for number in range(count, count - down, -1):
        clinic.close(clinic[number])
    up = list(clinic.by_id.values())
    emergency.claims(clinic[1])
    clinic.settle()
    emergency.release_what_they_owe(up)
    claim = entry(clinic[1].pipeline.value, Claim, "claim", emergency.claim)
    assert len(claim.released) == count - down
    assert emergency.recovered_at(clinic[1]) == emergency.key
    assert [emergency.owed_by(w) for w in up] == [[]] * len(up), "each releases once"


def test_one_share_too_few_opens_nothing(clinic_of):
    clinic = clinic_of(4)
    emergency = Emergency(clinic)
    emergency.claims(clinic[1])
    clinic.settle()
    emergency.release_what_they_owe([clinic[1], clinic[2]])
    with pytest.raises(OpenFailedError):
        emergency.recovered_at(clinic[1])
    emergency.release_what_they_owe([clinic[4]])
    assert emergency.recovered_at(clinic[1]) == emergency.key


def test_nothing_is_released_for_a_claim_that_is_not_final_here(clinic_of):
    clinic = clinic_of(4)
    emergency = Emergency(clinic)
    clinic.cut({"PC 1", "Room 2"}, {"Room 3", "Room 4"})
    emergency.claims(clinic[1])
    clinic.settle(rounds=3)
    assert clinic[1].pipeline.pending_count == 1
    assert clinic[2].pipeline.pending_count == 1, "it is known, and not final"
    assert [emergency.owed_by(clinic[number]) for number in (1, 2, 3, 4)] == [[]] * 4
    clinic.heal()
    clinic.settle()
    (owed,) = emergency.owed_by(clinic[3])
    assert isinstance(owed.statement, ReleaseShares)


def test_nothing_is_released_once_the_time_is_over(clinic_of):
    clinic = clinic_of(1)
    emergency = Emergency(clinic)
    emergency.claims(clinic[1])
    clinic.settle()
    clinic.now = entry(clinic[1].pipeline.value, Claim, "claim", emergency.claim).until_ms
    assert emergency.owed_by(clinic[1]) == []


def test_shares_are_dealt_anew_when_a_workstation_has_come(clinic_of):
    clinic = clinic_of(1)
    emergency = Emergency(clinic)
    value = clinic[1].pipeline.value
    assert is_dealt(value, emergency.patient, CATEGORY, emergency.epoch)
    clinic.join("Room 2")
    assert not is_dealt(value, emergency.patient, CATEGORY, emergency.epoch)
    key = OpenKey(CATEGORY, emergency.epoch, emergency.key)
    statement, boxes = deal_shares(value, emergency.patient, [key])
    emergency.says(clinic[1], statement, boxes)
    clinic.settle()
    assert is_dealt(value, emergency.patient, CATEGORY, emergency.epoch)
    emergency.claims(clinic[2])
    clinic.settle()
    emergency.release_what_they_owe([clinic[1], clinic[2]])
    assert emergency.recovered_at(clinic[2]) == emergency.key
    with clinic[1].database.reading() as connection:
        shares = secrets.boxes_of(connection, emergency.patient, "share:emergency", clinic[1].id)
    assert len(shares) == 1, "the share dealt before is destroyed"


def test_two_who_share_a_key_out_at_once_leave_it_in_no_pieces(clinic_of):
    clinic = clinic_of(3)
    emergency = Emergency(clinic)
    key = OpenKey(CATEGORY, emergency.epoch, emergency.key)
    for number in (1, 2):
        value = clinic[number].pipeline.value
        emergency.says(clinic[number], *deal_shares(value, emergency.patient, [key]))
    clinic.settle()
    emergency.claims(clinic[3])
    clinic.settle()
    emergency.release_what_they_owe([clinic[1], clinic[2], clinic[3]])
    assert emergency.recovered_at(clinic[3]) == emergency.key
    with clinic[1].database.reading() as connection:
        shares = secrets.boxes_of(connection, emergency.patient, "share:emergency", clinic[1].id)
    assert len(shares) == 1, "those of one of them are destroyed"
