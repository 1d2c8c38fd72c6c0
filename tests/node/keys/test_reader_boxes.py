"""Category keys for single readers."""

from dataclasses import replace

import pytest

from ehr_desktop.domain.people import Team
from ehr_desktop.node.crypto.box import BoxKey
from ehr_desktop.node.crypto.errors import OpenFailedError, UnusableKeyError
from ehr_desktop.node.keys.boxes import box_hash
from ehr_desktop.node.keys.readers import box_for_reader, open_reader_box
from ehr_desktop.node.keys.teams import (
    TeamPublic,
    box_category_key,
    new_category_key,
    new_team_key,
    open_category_key,
)

PATIENT, READER = bytes(16), bytes(range(16))
KEY, OTHER = BoxKey(bytes(32)), BoxKey(b"\x01" * 32)


def test_a_readers_box_opens_with_the_readers_key_only():
    secret = new_category_key()
    box = box_for_reader(secret, PATIENT, "notes", 70, READER, KEY.public)
    assert open_reader_box(box, KEY) == secret
    assert (box.subject, box.purpose, box.epoch) == (PATIENT, "notes", 70)
    assert (box.recipient, box.generation) == (READER, 1)
    assert box.hash == box_hash(box.box, PATIENT, "notes", 70, READER, 1)
    with pytest.raises(OpenFailedError):
        open_reader_box(box, OTHER)


@pytest.mark.parametrize(
    "wrong", [{"subject": READER}, {"purpose": "labs"}, {"epoch": 71}, {"recipient": PATIENT}]
)
def test_a_readers_box_is_for_one_patient_category_epoch_and_reader(wrong):
    box = box_for_reader(new_category_key(), PATIENT, "notes", 70, READER, KEY.public)
    with pytest.raises(OpenFailedError):
        open_reader_box(replace(box, **wrong), KEY)


def test_a_teams_box_and_a_readers_box_are_not_taken_for_each_other():
    team = new_team_key(Team.CLINICAL, 1)
    public = TeamPublic(Team.CLINICAL, 1, team.box.public)
    box = box_category_key(new_category_key(), PATIENT, "notes", 70, public)
    with pytest.raises(OpenFailedError):
        open_reader_box(box, team.box)
    name = Team.CLINICAL.encode()
    again = box_for_reader(new_category_key(), PATIENT, "notes", 70, name, team.box.public)
    with pytest.raises(OpenFailedError):
        open_category_key(again, team)


def test_nothing_is_sealed_to_what_is_no_key():
    with pytest.raises(UnusableKeyError):
        box_for_reader(new_category_key(), PATIENT, "notes", 70, READER, b"\xff" * 1216)
