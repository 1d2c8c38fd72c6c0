"""A PIN that is put under guard twice before the first of it is final: the shares of the last stay,
at every workstation, and those of the ones before go.
"""

import pytest

from ehr_desktop.node.cards.dealing_cards import deal_card
from ehr_desktop.node.contracts.consent_state import card
from ehr_desktop.node.contracts.consent_statements import GuardCard, TakeCard
from ehr_desktop.node.keys.accounts import new_person_keys
from ehr_desktop.node.keys.cards import new_card
from ehr_desktop.node.keys.guarding import PIN_PURPOSE
from ehr_desktop.node.store import awaited, destroying


class Carded:
    """A patient at a clinic of several workstations, with a card whose PIN is dealt again."""

    def __init__(self, clinic):
        self.clinic = clinic
        self.desk = clinic[1]
        self.patient = clinic.registers(self.desk)
        clinic.settle()
        self.keys, self.secret = new_person_keys(), new_card(self.patient, 1)
        taken = self.deals("2468")
        statement = TakeCard(
            self.patient, self.keys.signing.public, self.keys.box.public, self.secret.key.public, 1,
            taken.threshold, taken.guards, b"", (),
        )  # fmt: skip
        self.says(taken.said(statement, clinic.admin, clinic.keys.signing, self.keys.signing))
        clinic.settle()

    def deals(self, pin):
        return deal_card(self.desk.pipeline.value, self.secret, pin, self.keys)

    def says(self, prepared):
        (said,) = prepared.unsigned
        self.clinic.write(self.desk, said)

    def guards(self, pin):
        """Put the card under a PIN; give the names of the shares."""
        dealt = self.deals(pin)
        statement = GuardCard(self.patient, 1, dealt.threshold, dealt.guards)
        self.says(dealt.said(statement, self.patient, self.keys.signing))
        return {name for _device, _place, name in dealt.guards}

    def shares_at(self, workstation):
        with workstation.database.reading() as connection:
            assert awaited.count(connection) == 0
            boxes = destroying.boxes_about(connection, self.patient)
        return {box.name for box in boxes if box.purpose == PIN_PURPOSE}


@pytest.mark.parametrize("count", [1, 3])
def test_the_shares_of_the_last_of_two_that_waited_together_are_kept(clinic_of, count):
    clinic = clinic_of(count)
    carded = Carded(clinic)
    first, last = carded.guards("1357"), carded.guards("9753")
    assert not first & last
    clinic.settle()
    for workstation in clinic.by_id.values():
        held = card(workstation.pipeline.value, carded.patient)
        assert len(held.guards) == count
        assert carded.shares_at(workstation) == last


def test_a_card_made_anew_takes_the_shares_of_the_earlier_one(clinic_of):
    clinic = clinic_of(2)
    carded = Carded(clinic)
    earlier = carded.shares_at(clinic[2])
    carded.keys, carded.secret = new_person_keys(), new_card(carded.patient, 2)
    anew = carded.deals("8642")
    statement = TakeCard(
        carded.patient, carded.keys.signing.public, carded.keys.box.public,
        carded.secret.key.public, 2, anew.threshold, anew.guards, b"", (),
    )  # fmt: skip
    carded.says(anew.said(statement, clinic.admin, clinic.keys.signing, carded.keys.signing))
    clinic.settle()
    for workstation in clinic.by_id.values():
        assert carded.shares_at(workstation) == {name for _, _, name in anew.guards}
    assert len(earlier) == 2
