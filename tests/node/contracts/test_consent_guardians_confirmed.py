"""A guardian counts once a clinician, or a second one, has confirmed it."""

from ehr_desktop.node.contracts.consent_basis import (
    speakers,
)
from ehr_desktop.node.contracts.consent_statements import (
    EndDelegation,
    GuardCard,
    LapseDelegation,
    ReadOwn,
    RefuseRequest,
    UseCard,
)
from tests.node.contracts.test_consent_confirmations import (
    CLARAS,
    LATER,
    made_by_the_desk,
    named_by_the_desk,
    naming,
)
from tests.support.consent_clinic import (
    ANNA,
    BEN,
    CLARA,
    DAY,
    DORA,
    asking,
    confirming,
    granting,
    guards,
    taking,
)
from tests.support.paper_ledger import DESK, DOCTOR, NOW, NURSE, seeded


def test_an_unconfirmed_guardian_says_nothing_for_the_child(consent):
    named_by_the_desk(consent)
    for said in (
        granting("to a friend", BEN),
        ReadOwn(BEN.id, "open", ("labs",)),
        EndDelegation(seeded("named")),
        UseCard(BEN.id),
        GuardCard(BEN.id, 1, 3, guards(what="again")),
    ):
        assert consent.refuse(said, CLARA, int(said.KIND == "card.guard")) == "unconfirmed"


def test_a_second_guardian_has_no_say_beside_the_first_until_confirmed(consent):
    consent.accept(naming(), DOCTOR, keys=CLARAS)
    second = naming(name="second", delegate=ANNA.id, grant=b"", categories=())
    consent.accept(second, DESK, keys=(ANNA.key,))
    assert speakers(consent.get, BEN.id, NOW) == (CLARA.id,)
    assert consent.refuse(granting("too early", BEN), ANNA) == "unconfirmed"
    consent.accept(asking("asked of ben", BEN), DOCTOR)
    assert consent.refuse(RefuseRequest(seeded("asked of ben")), ANNA) == "unconfirmed"
    consent.accept(confirming(BEN, ANNA), NURSE)
    assert speakers(consent.get, BEN.id, NOW) == (CLARA.id, ANNA.id)
    consent.accept(RefuseRequest(seeded("asked of ben")), ANNA)


def test_of_two_guardians_who_wait_the_first_that_is_confirmed_says_what_the_team_keeps(consent):
    named_by_the_desk(consent)
    second = naming(name="second", delegate=ANNA.id, grant=seeded("others"), categories=("labs",))
    consent.accept(second, DESK, keys=(ANNA.key,))
    consent.accept(confirming(BEN, ANNA), DOCTOR)
    assert consent.get("grants", BEN.id) == (seeded("others"),)
    consent.now_ms = LATER
    consent.accept(confirming(BEN, CLARA), DOCTOR)
    assert consent.get("grants", BEN.id) == (seeded("others"),)
    assert consent.get("decides-since", BEN.id) == NOW


def test_a_guardian_is_confirmed_while_the_time_lasts_and_nobody_named_another(consent):
    named_by_the_desk(consent)
    other = naming(name="other", delegate=ANNA.id, until_ms=NOW + 9 * DAY, grant=b"", categories=())
    consent.accept(other, DESK, keys=(ANNA.key,))
    consent.now_ms = NOW + DAY - 1
    assert consent.refuse(confirming(BEN, CLARA, speaker=DORA.id), DOCTOR) == "no-card"
    early = consent.copy()
    consent.now_ms += 1
    assert consent.refuse(confirming(BEN, CLARA), DOCTOR) == "unknown-delegation"
    early.accept(confirming(BEN, CLARA), DOCTOR)
    # named again, by the desk again: the confirmation of before is none of this one
    early.now_ms += 1
    again = naming(name="again", until_ms=NOW + 9 * DAY, grant=b"", categories=())
    early.accept(again, DESK, keys=CLARAS)
    assert early.refuse(granting("again", BEN), CLARA) == "unconfirmed"
    early.accept(confirming(BEN, CLARA), NURSE)
    early.accept(granting("again", BEN), CLARA)


def test_a_guardian_who_waits_may_be_named_for_a_child_whose_card_waits_and_ends_with_it(consent):
    made_by_the_desk(consent)
    consent.accept(naming(grant=b"", categories=()), DESK, keys=CLARAS)
    assert len(consent.get("unconfirmed", BEN.id[0])) == 2
    consent.accept(confirming(BEN), DOCTOR)
    assert consent.get("unconfirmed", BEN.id[0]) is None
    assert consent.get("delegations", BEN.id) is None
    assert consent.refuse(confirming(BEN, CLARA), DOCTOR) == "no-card"


def test_a_childs_card_ends_the_guardians_say_only_once_it_counts(consent):
    consent.accept(taking(DORA), DESK, 1, keys=(DORA.key,))
    assert speakers(consent.get, DORA.id, NOW) == (CLARA.id,)
    consent.accept(granting("still", DORA), CLARA)
    assert consent.refuse(granting("not yet", DORA), DORA) == "unconfirmed"
    consent.accept(confirming(DORA), DOCTOR)
    assert speakers(consent.get, DORA.id, NOW) == (DORA.id,)
    assert consent.get("grants", DORA.id) is None
    assert consent.refuse(granting("no longer", DORA), CLARA) == "not-a-speaker"


def test_where_somebody_decides_already_no_clinician_vouches_alone(consent):
    """What the guardian keeps from the team a doctor would read with a card the doctor made."""
    consent.accept(taking(DORA), DOCTOR, 1, keys=(DORA.key,))
    assert speakers(consent.get, DORA.id, NOW) == (CLARA.id,)
    assert consent.refuse(granting("to myself", DORA, categories=("labs",)), DORA) == "unconfirmed"
    assert consent.refuse(confirming(DORA), DOCTOR) == "same-member"
    consent.accept(confirming(DORA), NURSE)
    assert speakers(consent.get, DORA.id, NOW) == (DORA.id,)


def test_no_clinician_alone_names_somebody_beside_or_after_a_guardian(consent):
    beside = naming(DORA, "beside", delegate=ANNA.id, grant=b"", categories=())
    consent.accept(beside, DOCTOR, keys=(ANNA.key,))
    assert speakers(consent.get, DORA.id, NOW) == (CLARA.id,)
    consent.now_ms = NOW + 900 * DAY
    consent.accept(LapseDelegation(seeded("guardian")))
    after = naming(
        DORA, "after", delegate=CLARA.id, until_ms=consent.now_ms + DAY, grant=b"", categories=()
    )
    consent.accept(after, DOCTOR, keys=CLARAS)
    assert speakers(consent.get, DORA.id, consent.now_ms) == ()
    assert consent.refuse(confirming(DORA, CLARA), DOCTOR) == "same-member"
    consent.accept(confirming(DORA, CLARA), NURSE)
    assert speakers(consent.get, DORA.id, consent.now_ms) == (CLARA.id,)


def test_a_guardian_who_waits_may_be_named_anew_and_one_who_counts_may_not(consent):
    consent.accept(naming(DORA, "by the doctor", delegate=ANNA.id, grant=b"", categories=()),
                   DOCTOR, keys=(ANNA.key,))  # fmt: skip
    again = naming(DORA, "by the desk", delegate=ANNA.id, grant=b"", categories=())
    consent.accept(again, DESK, keys=(ANNA.key,))
    assert consent.get("delegation", seeded("by the doctor"))[4] == 0
    assert consent.get("unconfirmed", DORA.id[0]) == ((DORA.id, ANNA.id),)
    assert consent.get("guarded-once", ANNA.id) is None
    consent.accept(confirming(DORA, ANNA), DOCTOR)
    third = naming(DORA, "third", delegate=ANNA.id, grant=b"", categories=())
    assert consent.refuse(third, DESK, keys=(ANNA.key,)) == "already-delegated"
