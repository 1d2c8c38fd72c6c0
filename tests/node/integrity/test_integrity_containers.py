"""Whatever is changed in a container, the full check names its record or account."""

import shutil

import pytest
from sqlalchemy import delete, insert, select, update

from ehr_desktop.domain.errors import IntegrityError, SignInRefusedError
from ehr_desktop.domain.ledger import FaultKind
from ehr_desktop.node.store.tables import CONTAINERS, VAULT_KEYS
from tests.support.closed_clinic import Clinic, flip, of_record
from tests.support.one_pc import story


def test_a_flipped_byte_of_a_large_container_names_its_record(clinic):
    (file,) = (clinic.home / "containers").iterdir()
    (record,) = clinic.rows(select(CONTAINERS.c.record).where(CONTAINERS.c.sealed.is_(None)))
    for place in (0, 200_000, -1):
        kept = file.read_bytes()
        file.write_bytes(flip(kept, place))
        assert clinic.faults() == {(FaultKind.CONTAINER_CHANGED, f"record {record[0].hex()}")}
        file.write_bytes(kept)


def test_a_large_container_that_is_gone_or_cut_names_its_record(clinic):
    (file,) = (clinic.home / "containers").iterdir()
    (record,) = clinic.rows(select(CONTAINERS.c.record).where(CONTAINERS.c.sealed.is_(None)))
    file.write_bytes(file.read_bytes()[:-1])
    assert clinic.faults() == {(FaultKind.CONTAINER_CHANGED, f"record {record[0].hex()}")}
    file.unlink()
    assert clinic.faults() == {(FaultKind.CONTAINER_CHANGED, f"record {record[0].hex()}")}


@pytest.mark.parametrize("column", ["sealed", "header", "salt", "wrapped_key", "fingerprint"])
def test_a_changed_container_names_its_record_and_does_not_open(clinic, column):
    row = of_record(clinic, "note", 2)
    clinic.change(
        update(CONTAINERS)
        .where(CONTAINERS.c.commitment == row.commitment)
        .values({column: flip(getattr(row, column))})
    )
    where = f"record {clinic.facts['note']}"
    assert (FaultKind.CONTAINER_CHANGED, where) in clinic.faults()

    @story(clinic.home, "lee")
    async def _(pc):
        chart = await pc.clinic.charts.open(pc.actors["lee"], clinic.facts["patient"])
        with pytest.raises(IntegrityError):
            await pc.clinic.charts.record(chart, clinic.facts["note"])
        with pytest.raises(IntegrityError):
            await pc.clinic.exports.patient(
                pc.actors["lee"], clinic.facts["patient"], clinic.home / "out.json"
            )
        assert not (clinic.home / "out.json").exists()


def test_the_old_version_put_in_the_place_of_the_new_one_is_found_and_does_not_open(clinic):
    old, new = of_record(clinic, "note", 1), of_record(clinic, "note", 2)
    kept = ("sealed", "header", "salt", "wrapped_key", "fingerprint", "size")
    clinic.change(
        update(CONTAINERS)
        .where(CONTAINERS.c.commitment == new.commitment)
        .values({name: getattr(old, name) for name in kept})
    )
    assert (FaultKind.CONTAINER_CHANGED, f"record {clinic.facts['note']}") in clinic.faults()

    @story(clinic.home, "lee")
    async def _(pc):
        chart = await pc.clinic.charts.open(pc.actors["lee"], clinic.facts["patient"])
        with pytest.raises(IntegrityError):
            await pc.clinic.charts.record(chart, clinic.facts["note"])


def test_a_container_passed_off_as_another_version_or_record_is_found(clinic):
    row = of_record(clinic, "note", 1)
    where = {(FaultKind.CONTAINER_CHANGED, f"record {clinic.facts['note']}")}
    for change in ({"version": 7}, {"record": bytes(16)}, {"transaction": bytes(32)}):
        back = {name: getattr(row, name) for name in change}
        chosen = update(CONTAINERS).where(CONTAINERS.c.commitment == row.commitment)
        clinic.change(chosen.values(change))
        assert clinic.faults() == where
        clinic.change(chosen.values(back))
    assert clinic.faults() == set()


def test_a_deleted_container_names_its_record(clinic):
    row = of_record(clinic, "note", 2)
    clinic.change(delete(CONTAINERS).where(CONTAINERS.c.commitment == row.commitment))
    found = clinic.faults(None)
    assert found == {(FaultKind.CONTAINER_MISSING, f"record {clinic.facts['note']}")}


def test_a_container_nobody_committed_to_is_named(clinic):
    row = of_record(clinic, "note", 2)
    clinic.change(insert(CONTAINERS).values({**row._mapping, "commitment": b"x" * 32}))
    assert clinic.faults() == {(FaultKind.CONTAINER_UNKNOWN, f"container {(b'x' * 32).hex()}")}


def test_a_changed_account_is_named_and_opens_nothing(clinic):
    chosen = select(CONTAINERS).where(
        CONTAINERS.c.record == bytes.fromhex(clinic.facts["lee"]), CONTAINERS.c.version == 0
    )
    (row,) = clinic.rows(chosen)
    clinic.change(
        update(CONTAINERS)
        .where(CONTAINERS.c.commitment == row.commitment)
        .values(sealed=flip(row.sealed))
    )
    found = clinic.faults("nia")
    assert found == {(FaultKind.CONTAINER_CHANGED, f"account {clinic.facts['lee']}")}


def test_an_old_password_put_back_opens_nothing(clinic):
    from tests.support.one_pc import PASSWORDS

    @story(clinic.home, "lee")
    async def _(pc):
        await pc.clinic.people.change_own_password(
            pc.actors["lee"], PASSWORDS["lee"], "new-" + PASSWORDS["lee"]
        )

    chosen = select(CONTAINERS).where(CONTAINERS.c.record == bytes.fromhex(clinic.facts["lee"]))
    old, new = (row for row in clinic.rows(chosen.order_by(CONTAINERS.c.commitment)))
    for here, there in ((old, new), (new, old)):
        twin = Clinic(clinic.home.with_name(clinic.home.name + here.commitment.hex()[:8]))
        shutil.copytree(clinic.home, twin.home)
        twin.change(
            update(CONTAINERS)
            .where(CONTAINERS.c.commitment == here.commitment)
            .values(sealed=there.sealed, size=there.size, salt=there.salt)
        )

        @story(twin.home)
        async def _(pc):
            with pytest.raises(SignInRefusedError):
                await pc.clinic.session.sign_in("lee", PASSWORDS["lee"])


def test_a_vault_key_that_was_exchanged_or_smuggled_in_names_its_patient(clinic):
    patient = bytes.fromhex(clinic.facts["patient"])
    here = VAULT_KEYS.c.patient == patient
    clinic.change(update(VAULT_KEYS).where(here).values(key=b"k" * 32))
    assert clinic.faults(None) == {(FaultKind.VAULT_KEY, f"patient {patient.hex()}")}
    # one that was destroyed is no fault: that is how a record is erased
    clinic.change(delete(VAULT_KEYS).where(here))
    assert clinic.faults(None) == set()
    smuggled = {"patient": b"p" * 16, "key": b"k" * 32, "commitment": b"c" * 32}
    clinic.change(insert(VAULT_KEYS).values(**smuggled))
    assert clinic.faults(None) == {(FaultKind.VAULT_KEY, f"patient {(b'p' * 16).hex()}")}
