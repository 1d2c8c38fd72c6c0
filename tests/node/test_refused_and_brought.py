"""What a workstation that means harm can do to the keys others have brought: nothing."""

import os

from sqlalchemy import select

from ehr_desktop.node.contracts.statements import RegisterPatient, ReplaceTeamKey
from ehr_desktop.node.keys.records import vault_commitment
from ehr_desktop.node.ledger.codec import encode
from ehr_desktop.node.net.messages import Parcels
from ehr_desktop.node.policy import registered_vault_key
from ehr_desktop.node.store import secrets, transactions
from ehr_desktop.node.store.tables import KEY_BOXES


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

    assert rule_of(clinic[1], said) == "nothing-owed"
    assert {name: box_names(w) for name, w in clinic.by_id.items()} == before


def vault_keys(workstation, patient):
    with workstation.database.reading() as connection:
        counts = registered_vault_key(connection, workstation.pipeline.value, patient)
        return counts, secrets.vault_keys_of(connection, patient)


def test_a_second_vault_key_for_a_patient_never_counts(clinic_of):
    clinic = clinic_of(3)
    patient = clinic.registers(clinic[1])
    clinic.settle()
    clinic.pass_time()
    [true] = vault_keys(clinic[1], patient)[1]
    planted = os.urandom(32)
    commitment = vault_commitment(patient, planted)

    clinic.say(clinic[3], RegisterPatient(patient, commitment))
    clinic.deliver()
    sent = Parcels((encode(("vault", commitment, patient, planted)),))
    clinic.queue += [(clinic[3].id, clinic[number].id, sent) for number in (1, 2)]
    clinic.settle()

    for workstation in clinic.by_id.values():
        assert vault_keys(workstation, patient)[0] == true


def test_a_planted_vault_key_that_comes_first_does_not_hide_the_true_one(clinic_of):
    clinic = clinic_of(3)
    clinic.cut({"PC 1"}, {"Room 2", "Room 3"})
    patient = clinic.registers(clinic[1])
    [true] = vault_keys(clinic[1], patient)[1]
    planted = os.urandom(32)
    commitment = vault_commitment(patient, planted)
    clinic.say(clinic[3], RegisterPatient(patient, commitment))
    sent = Parcels((encode(("vault", commitment, patient, planted)),))
    clinic.queue.append((clinic[3].id, clinic[2].id, sent))
    clinic.deliver()

    clinic.heal()
    clinic.settle()
    clinic.pass_time()

    # whichever registration came first on the ledger: its key is there, hidden by no other
    counted = set()
    for workstation in (clinic[1], clinic[2]):
        counts, kept = vault_keys(workstation, patient)
        assert counts in (true, planted)
        assert counts in kept
        registered = workstation.pipeline.value("patient", patient)[1]
        assert vault_commitment(patient, counts) == registered
        counted.add(counts)
    assert len(counted) == 1
