"""What a workstation that means harm can do to the keys others have brought: nothing."""

import os

import pytest
from sqlalchemy import select

from ehr_desktop.node.contracts.statements import ReplaceTeamKey
from ehr_desktop.node.store import transactions
from ehr_desktop.node.store.tables import KEY_BOXES
from tests.support.several_pipelines import SeveralPipelines


@pytest.fixture
def clinic_of(tmp_path):
    made = []

    def make(count):
        made.append(SeveralPipelines(tmp_path, count))
        return made[-1]

    yield make
    for clinic in made:
        clinic.close_all()


def box_names(workstation):
    with workstation.database.reading() as connection:
        return sorted(connection.execute(select(KEY_BOXES.c.hash)).scalars())


def rule_of(workstation, transaction):
    with workstation.database.reading() as connection:
        return transactions.by_id(connection, transaction).rule


def test_a_refused_statement_takes_back_no_boxes_but_its_own(clinic_of):
    clinic = clinic_of(2)
    before = {name: box_names(workstation) for name, workstation in clinic.by_id.items()}
    assert before[clinic[1].id]

    lie = ReplaceTeamKey("front-desk", 7, os.urandom(1216), tuple(before[clinic[1].id]))
    clinic.say(clinic[2], lie)
    [said] = [t.id for t in clinic[2].pipeline.pool]
    clinic.settle()

    assert rule_of(clinic[1], said) == "stale-generation"
    assert {name: box_names(w) for name, w in clinic.by_id.items()} == before
