"""Emergency access on a real LAN: with one workstation dead, and with the cable cut."""

import pytest

from tests.support.clinic_lan import ClinicLan, RefusedOrder, copied


@pytest.fixture(scope="module")
def ward(paired, tmp_path_factory):
    """A clinic of four workstations with the desk, a doctor and a nurse signed in everywhere."""
    folder = copied(paired, tmp_path_factory.mktemp("ward"), 4)
    with ClinicLan(folder, 4) as clinic:
        clinic.start_all("rae", "lee", "nia")
        yield clinic


def shares_with_the_doctor(clinic, given):
    """A patient with an allergy and a card who lets Dr Lee see the emergency set, and nobody else,
    once the key the team had is replaced; gives the pseudonym and the code on the card.
    """
    first = clinic.room(1)
    patient = first.registers(given)
    first.asks("add_allergy", patient=patient, text="Penicillin")
    code = first.asks("take_card", patient=patient)
    first.sees(bool, "has_reached", patient=patient)
    first.asks("ask_patient", patient=patient)
    first.asks("show_card", code=code)
    first.asks("approve")
    first.asks("put_card_away")
    first.sees(lambda opened: "emergency" in opened, "open_to", patient=patient)
    first.sees(lambda owed: owed == [], "owed", patient=patient)
    clinic.agrees()
    for room in clinic.rooms:
        room.sees(lambda status: status["missing"] == 0, "network")
        room.sees(lambda found: found == ["Penicillin"], "allergies", patient=patient, name="lee")
    return patient, code


def opens(room, patient, words):
    """Nia Nurse opens the emergency set; after 15 seconds the workstation would have given up."""
    with pytest.raises(RefusedOrder, match="NoKeyError"):
        room.asks("allergies", patient=patient, name="nia")
    assert room.asks("break_glass", patient=patient, words=words) == ["Penicillin"]


def sees_at_the_kiosk(room, code, *expected):
    """The patient finds just these emergencies in who saw the record: workstation, manner, finding;
    each by Nia Nurse and for the reason she gave.
    """
    rows = sorted(["Nia Nurse", there, how, "unconscious", found] for there, how, found in expected)
    room.asks("show_card", code=code)
    room.sees(lambda looks: sorted(looks) == rows, "looks")
    room.asks("put_card_away")


def test_with_one_workstation_dead_it_opens_and_the_patient_and_the_reviewer_see_it(ward):
    patient, code = shares_with_the_doctor(ward, "Anna")
    ward.room(4).is_killed()
    opens(ward.room(2), patient, "Found lying.")
    third = ward.room(3)
    third.sees(lambda found: found == {"Found lying.": [None, ""]}, "reviews", patient=patient)
    sees_at_the_kiosk(third, code, ("Room 2", "claim", None), ("Room 2", "open", None))
    ward.room(4).starts("rae", "lee", "nia")
    ward.is_whole()
    ward.agrees()


def test_on_the_side_of_three_it_opens_alone_it_does_not_and_the_keys_are_replaced_after(ward):
    patient, code = shares_with_the_doctor(ward, "Boris")
    ward.cut({4})
    alone = ward.room(4)
    waiting = alone.begins("break_glass", patient=patient, words="Cut off.")
    opens(ward.room(2), patient, "Not breathing.")
    with pytest.raises(RefusedOrder, match="3 workstations would have to answer and 0 did"):
        alone.ends(waiting)
    with pytest.raises(RefusedOrder, match="NoKeyError"):
        alone.asks("allergies", patient=patient, name="nia")
    ward.heal()
    ward.agrees()
    both = {"Not breathing.": [None, ""], "Cut off.": [None, ""]}
    for room in ward.rooms:
        room.sees(lambda found: found == both, "reviews", patient=patient)

    third = ward.room(3)
    before = third.asks("rounds", patient=patient)["newest"]
    for words in both:
        third.asks("review", patient=patient, words=words)
    reviewed = {words: ["justified", "Dr Lee"] for words in both}
    for room in ward.rooms:
        room.sees(lambda found: found == reviewed, "reviews", patient=patient)
        room.sees(
            lambda keys: keys["newest"] > before and keys["here"] == [keys["newest"]],
            "rounds", patient=patient,
        )  # fmt: skip
        room.sees(lambda status: status["missing"] == 0, "network")
    sees_at_the_kiosk(
        third, code, ("Room 2", "claim", "justified"), ("Room 2", "open", "justified"),
        ("Room 4", "claim", "justified"),
    )  # fmt: skip
    opens(alone, patient, "Again.")
