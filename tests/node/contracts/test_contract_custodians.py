"""What the custodians' key does: it hands keys on, is carried over, and begins a clinic again."""

from dataclasses import replace

import pytest

from ehr_desktop.domain.people import Team
from ehr_desktop.node.contracts.consent_state import team_id
from ehr_desktop.node.contracts.custody_statements import (
    BoxForCustodians,
    CarryOver,
    HandByCustodians,
    RestartClinic,
    SetCustody,
)
from ehr_desktop.node.contracts.restart import decided_by_custodians
from ehr_desktop.node.contracts.roster import devices
from ehr_desktop.node.contracts.state import State
from ehr_desktop.node.contracts.statements import NOBODY, DeactivateMember
from ehr_desktop.node.crypto.sign import SigningKey
from ehr_desktop.node.ledger.transaction import sign
from tests.support.paper_ledger import (
    ADMIN,
    BOX,
    DESK,
    DOCTOR,
    Device,
    PaperLedger,
    header,
    seeded,
    staffed,
)

FIRST = SigningKey(seeded("custodians 1", 32))
SECOND = SigningKey(seeded("custodians 2", 32))
TEAM = team_id(Team.CLINICAL)
NAME = seeded("box", 32)


def custody(key: SigningKey, generation: int = 1) -> SetCustody:
    return SetCustody(generation, key.public, BOX, 3, 5)


def say(ledger: PaperLedger, statement, person, *others: SigningKey):
    payload = ledger.payload(statement, person)
    return ledger.run(sign(payload, [ledger.device.key, person.key, *others]))


@pytest.fixture
def guarded() -> PaperLedger:
    return guarded_ledger()


def guarded_ledger() -> PaperLedger:
    """A clinic with custodians to whom the clinical team's key is sealed."""
    ledger = staffed()
    assert say(ledger, custody(FIRST), ADMIN).accepted
    assert say(ledger, BoxForCustodians(1, (("team", TEAM, NAME),)), DOCTOR).accepted
    return ledger


def test_new_custodians_need_the_present_ones(guarded):
    assert say(guarded, custody(SECOND, 2), ADMIN).rule == "signer"
    assert say(guarded, custody(SECOND, 2), ADMIN, SECOND).rule == "signer"
    assert say(guarded, custody(SECOND, 2), DESK, FIRST).rule == "role"
    assert say(guarded, custody(SECOND, 2), ADMIN, FIRST).accepted


def test_what_the_key_before_could_open_is_carried_over_with_the_new_one(guarded):
    carried = CarryOver(2, (("team", TEAM, NAME),))
    assert say(guarded, carried, ADMIN, FIRST).rule == "stale-generation"
    assert say(guarded, custody(SECOND, 2), ADMIN, FIRST).accepted
    assert say(guarded, carried, ADMIN, FIRST).rule == "signer"
    assert say(guarded, carried, ADMIN).rule == "signer"
    assert say(guarded, carried, DOCTOR, SECOND).rule == "role"
    never = CarryOver(2, (("team", team_id(Team.FRONT_DESK), NAME),))
    assert say(guarded, never, ADMIN, SECOND).rule == "not-yours"
    assert say(guarded, CarryOver(2, (("read-key", TEAM, NAME),)), ADMIN, SECOND).rule
    assert say(guarded, carried, ADMIN, SECOND).accepted
    assert guarded.get("custody-box", "team", TEAM)[0] == 2


def test_the_custodians_hand_a_key_on_to_its_team_and_nobody_else(guarded):
    def handing(person, generation=1):
        return HandByCustodians(Team.CLINICAL, generation, ((person.id, NAME),))

    assert say(guarded, handing(DOCTOR), ADMIN).rule == "signer"
    assert say(guarded, handing(DOCTOR), ADMIN, SECOND).rule == "signer"
    assert say(guarded, handing(DOCTOR), DOCTOR, FIRST).rule == "role"
    assert say(guarded, handing(DESK), ADMIN, FIRST).rule == "not-of-the-team"
    assert say(guarded, handing(ADMIN), ADMIN, FIRST).rule == "not-of-the-team"
    assert say(guarded, handing(DOCTOR, 7), ADMIN, FIRST).rule == "stale-generation"
    assert say(guarded, handing(DOCTOR), ADMIN, FIRST).accepted
    assert say(guarded, DeactivateMember(DOCTOR.id), ADMIN).accepted
    assert say(guarded, handing(DOCTOR), ADMIN, FIRST).rule == "not-of-the-team"


NEW = Device("New PC")


def restart(ledger: PaperLedger, *keys: SigningKey, **changes):
    """Sign that a workstation takes the clinic over, with some of the payload changed."""
    said = ledger.payload(RestartClinic(NEW.id, NEW.key.public, BOX, "New PC"), ADMIN)
    mine = {"device": NEW.id, "person": NOBODY, "sequence": 1, "previous": bytes(32)}
    return sign(replace(said, **(mine | changes)), keys or (NEW.key, FIRST))


def test_a_restart_leaves_one_workstation_and_it_alone_votes(guarded):
    before = {one.id for one in devices(guarded.get)}
    assert guarded.run(restart(guarded)).accepted
    standing = {one.id: (one.active, one.votes) for one in devices(guarded.get)}
    assert standing == {**dict.fromkeys(before, (False, False)), NEW.id: (True, True)}


def test_nobody_but_the_custodians_of_now_restarts(guarded):
    for keys in (
        (NEW.key,),
        (NEW.key, SECOND),
        (NEW.key, ADMIN.key),
        (NEW.key, guarded.device.key),
        (NEW.key, FIRST, ADMIN.key),
    ):
        assert guarded.run(restart(guarded, *keys)).rule == "unknown-device"
    other = Device("another")
    for statement in (
        RestartClinic(other.id, NEW.key.public, BOX, "PC"),
        RestartClinic(NEW.id, other.key.public, BOX, "PC"),
    ):
        body = statement.body()
        assert guarded.run(restart(guarded, body=body)).rule == "unknown-device"
    stranger = staffed()
    assert stranger.run(restart(stranger)).rule == "unknown-device"
    assert guarded.get("feed", NEW.id) is None, "nothing of it was noted"
    assert guarded.run(restart(guarded, person=ADMIN.id)).rule == "signer"
    assert all(one.id != NEW.id for one in devices(guarded.get))


def test_a_workstation_that_was_known_does_not_take_over_again(guarded):
    assert guarded.run(restart(guarded)).accepted
    again = restart(guarded)
    assert not guarded.run(again).accepted
    assert decides(guarded, again) is None


def decides(ledger: PaperLedger, transaction, epoch: int = 1, parent_epoch: int = 0):
    parent = header(ledger.height, parent_epoch)
    return decided_by_custodians(
        header(ledger.height + 1, epoch), parent, transaction, State(ledger.values.get).get
    )


def test_only_a_block_of_the_next_epoch_that_ends_with_a_restart_is_decided_by_them(guarded):
    found = decides(guarded, restart(guarded))
    assert found is not None
    assert [(one.device, one.weight) for one in found.members] == [(NEW.id, 1)]
    assert decides(guarded, restart(guarded), epoch=0) is None
    assert decides(guarded, restart(guarded), epoch=2) is None
    assert decides(guarded, None) is None
    assert decides(guarded, restart(guarded, NEW.key, SECOND)) is None
    assert decides(guarded, restart(guarded, NEW.key)) is None
    whole = restart(guarded)
    forged = replace(whole, signatures=tuple(s._replace(value=bytes(64)) for s in whole.signatures))
    assert decides(guarded, forged) is None
    said = sign(guarded.payload(custody(SECOND, 2), ADMIN), [guarded.device.key, ADMIN.key, FIRST])
    assert decides(guarded, said) is None
