"""Who opens what is decided by keys: every key somebody holds is tried on every box and record."""

import asyncio
import itertools
from contextlib import suppress
from dataclasses import replace

import pytest
from sqlalchemy import delete, select, update

from ehr_desktop.domain.categories import CLINICAL_CATEGORIES, Category
from ehr_desktop.domain.errors import (
    IntegrityError,
    NoKeyError,
    NotSignedInError,
    SignInRefusedError,
)
from ehr_desktop.domain.people import Role, Team
from ehr_desktop.domain.projection import SectionKind
from ehr_desktop.domain.records import NewRecord
from ehr_desktop.node.crypto.errors import OpenFailedError
from ehr_desktop.node.keys.boxes import open_key
from ehr_desktop.node.keys.keyring import Session, TeamKey
from ehr_desktop.node.keys.records import RecordHeader, open_record
from ehr_desktop.node.keys.teams import _CATEGORY_LABEL, _TEAM_LABEL, open_category_key
from ehr_desktop.node.store import containers
from ehr_desktop.node.store.containers import StoredContainer
from ehr_desktop.node.store.secrets import KeyBox
from ehr_desktop.node.store.tables import CONTAINERS, KEY_BOXES, VAULT_KEYS
from tests.support.one_pc import ANNA, OnePc, account, ledger_of, opened, story

NOTE = b'{"resourceType":"Basic","code":{"text":"%d"}}'


class Thief:
    """Somebody with the whole disk and some keys, who asks no permission."""

    def __init__(self, connection, sessions: list[Session], held: list[TeamKey] = ()) -> None:  # type: ignore[assignment]
        self.boxes = [KeyBox(*row) for row in connection.execute(select(KEY_BOXES))]
        self.vaults = dict(
            tuple(row) for row in connection.execute(select(VAULT_KEYS.c.patient, VAULT_KEYS.c.key))
        )
        self.containers = [StoredContainer(*row) for row in connection.execute(select(CONTAINERS))]
        own = [key for s in sessions for key in (*s.teams.values(), *s.in_trust.values())]
        self.teams = [*own, *held]
        for session, box in itertools.product(sessions, self.boxes):
            if not box.subject:
                self._try_team_box(session, box)
        self.category_keys = [key for s in sessions for key in s.category_keys.values()]
        for team, box in itertools.product(self.teams, self.boxes):
            if box.subject:
                with suppress(OpenFailedError):
                    self.category_keys.append(open_key(box, team.box, _CATEGORY_LABEL))

    def _try_team_box(self, session: Session, box: KeyBox) -> None:
        with suppress(OpenFailedError):
            seed = open_key(box, session.keys.box, _TEAM_LABEL)
            self.teams.append(TeamKey.from_seed(Team(box.purpose), box.epoch, seed))

    def opened(self) -> dict[str, int]:
        """How many records of each category open under any key there is."""
        counts: dict[str, int] = {}
        for stored in self.containers:
            if not stored.wrapped_key or stored.sealed is None:
                continue
            header = RecordHeader.decode(stored.header)
            vault = self.vaults[header.patient]
            for key in self.category_keys:
                try:
                    open_record(stored.header, stored.wrapped_key, stored.sealed, key, vault)
                except OpenFailedError:
                    continue
                counts[header.category] = counts.get(header.category, 0) + 1
                break
        return counts


def records() -> list[NewRecord]:
    """One record of every category."""
    return [NewRecord(c, "Basic", NOTE % n) for n, c in enumerate(Category)]


async def write_everything(pc: OnePc, by: str = "lee"):
    patient = (await pc.clinic.patients.register(pc.actors[by], ANNA)).id
    source = "import" if by == "admin" else "form"
    _, report = await pc.node.charts.write(pc.actors[by], patient, records(), source=source)
    return patient, report


def test_a_receptionist_and_an_administrator_with_the_whole_disk_open_nothing_clinical(homes):
    @story(homes.staffed(), "lee", "admin", "rae", "nia")
    async def _(pc):
        await write_everything(pc)
        outsiders = [pc.session("admin"), pc.session("rae")]
        found = await pc.on_disk(lambda connection: Thief(connection, outsiders).opened())
        assert found
        assert not CLINICAL_CATEGORIES & found.keys()
        for name in ("lee", "nia"):
            inside = [pc.session(name)]
            found = await pc.on_disk(lambda c, inside=inside: Thief(c, inside).opened())
            assert set(found) == set(Category)


def test_the_founder_who_kept_the_key_in_trust_opens_nothing_once_it_was_handed_over(homes):
    @story(homes.founded(), "admin")
    async def _(pc):
        admin = pc.session("admin")
        kept = list(admin.in_trust.values())
        assert [key.team for key in kept] == [Team.CLINICAL]
        patient, _ = await write_everything(pc, "admin")
        before = await pc.on_disk(lambda c: Thief(c, [admin], kept).opened())
        assert before.keys() >= CLINICAL_CATEGORIES  # held in trust, so there was something to lose
        await pc.clinic.people.add(pc.actors["admin"], account("lee", "Dr Lee", Role.DOCTOR))
        assert admin.in_trust == {}
        await pc.sign_in("lee")
        more = records()
        await pc.node.charts.write(pc.actors["admin"], patient, more, source="import")
        await pc.node.charts.write(pc.actors["lee"], patient, more)
        found = await pc.on_disk(lambda c: Thief(c, [admin], kept).opened())
        assert not CLINICAL_CATEGORIES & found.keys()
        inside = await pc.on_disk(lambda c: Thief(c, [pc.session("lee")]).opened())
        assert all(inside[category] == 3 for category in CLINICAL_CATEGORIES)


def test_an_import_in_full_swing_while_the_first_doctor_is_enrolled_loses_no_key(homes):
    @story(homes.founded(), "admin")
    async def _(pc):
        admin = pc.actors["admin"]

        enrolling = asyncio.create_task(
            pc.clinic.people.add(admin, account("lee", "Dr Lee", Role.DOCTOR))
        )

        async def take_in(number: int) -> int:
            count = 0
            while not enrolling.done():
                new = [NewRecord(Category.NOTES, "Basic", NOTE % number)]
                await pc.node.charts.write(admin, None, new, source="import")
                count += 1
            return count

        written = sum(await asyncio.gather(*(take_in(number) for number in range(8))))
        await enrolling
        await pc.sign_in("lee")
        inside = await pc.on_disk(lambda c: Thief(c, [pc.session("lee")]).opened())
        assert inside["notes"] == written > 8


def test_a_handover_that_a_crash_interrupted_is_finished_at_the_next_sign_in(homes):
    home = homes.founded()

    @story(home, "admin")
    async def _(pc):
        async def crash(_session) -> None:
            raise KeyboardInterrupt

        pc.node.people._handing.hand_over = crash
        with pytest.raises(KeyboardInterrupt):
            await pc.clinic.people.add(pc.actors["admin"], account("lee", "Dr Lee", Role.DOCTOR))

    @story(home, "admin", "lee")
    async def _(pc):
        assert set(pc.session("lee").teams) == set(Team)
        assert pc.session("admin").in_trust == {}


def test_two_sessions_of_the_founder_hand_the_key_over_once(homes):
    @story(homes.founded(), "admin")
    async def _(pc):
        first = pc.actors.pop("admin")
        await pc.sign_in("admin")
        await pc.clinic.people.add(first, account("lee", "Dr Lee", Role.DOCTOR))
        await pc.clinic.people.add(pc.actors["admin"], account("nia", "Nia", Role.NURSE))
        await pc.sign_in("lee")
        await pc.sign_in("nia")
        keys = [pc.session(name).teams[Team.CLINICAL].seed for name in ("lee", "nia")]
        assert keys[0] == keys[1]


def test_whoever_joins_later_gets_the_key_when_a_colleague_signs_in(homes):
    home = homes.staffed()

    @story(home, "admin")
    async def _(pc):
        newcomer = await pc.clinic.people.add(
            pc.actors["admin"], account("kim", "Dr Kim", Role.DOCTOR)
        )
        assert newcomer.id in await pc.clinic.people.awaiting_keys(pc.actors["admin"])
        kim = await pc.clinic.session.sign_in("kim", "plum-tiger-otter-violin-kim")
        with pytest.raises(NoKeyError):
            await pc.node.charts.receive(kim, pc.node.charts.directory)
        await pc.sign_in("lee")
        assert await pc.clinic.people.awaiting_keys(pc.actors["admin"]) == ()
        patient, _ = await write_everything(pc)
        kim = await pc.clinic.session.sign_in("kim", "plum-tiger-otter-violin-kim")
        chart = await pc.clinic.charts.open(kim, patient)
        assert (await pc.clinic.charts.section(chart, SectionKind.OTHER)).total > 0


def test_an_account_that_was_closed_is_signed_out_and_cannot_sign_in(homes):
    @story(homes.staffed(), "admin", "lee", "nia")
    async def _(pc):
        nia = pc.actors["nia"]
        await pc.clinic.people.deactivate(pc.actors["admin"], nia.id)
        with pytest.raises(NotSignedInError):
            await pc.clinic.patients.search(nia, "")
        with pytest.raises(SignInRefusedError):
            await pc.clinic.session.sign_in("nia", "plum-tiger-otter-violin-nurse")


def change(home, *statements):
    with ledger_of(home) as database, database.writing() as connection:
        for statement in statements:
            connection.execute(statement)


async def two_patients(pc: OnePc):
    """Two patients with one note each; gives (patient, record) pairs."""
    found = []
    for number in range(2):
        record = NewRecord(Category.NOTES, "Basic", NOTE % number)
        patient, report = await pc.node.charts.write(pc.actors["lee"], None, [record])
        found.append((patient, report.written[0].record))
    return found


@pytest.mark.parametrize("column", ["wrapped_key", "sealed", "header", "salt"])
def test_nothing_of_one_record_passes_for_anothers(homes, column):
    home = homes.staffed()
    pairs = story(home, "lee")(two_patients)
    with ledger_of(home) as database, database.reading() as connection:
        rows = [containers.versions(connection, bytes.fromhex(r))[0] for _, r in pairs]
    change(
        home,
        *(
            update(CONTAINERS)
            .where(CONTAINERS.c.commitment == mine.commitment)
            .values({column: getattr(other, column)})
            for mine, other in (rows, reversed(rows))
        ),
    )

    @story(home, "lee")
    async def _(pc):
        for patient, record in pairs:
            receipt = await pc.node.charts.receive(pc.actors["lee"], patient)
            with pytest.raises(IntegrityError):
                await pc.node.charts.open(pc.actors["lee"], receipt, record, None, {})


def test_a_box_does_not_open_under_another_epoch_patient_category_or_team(homes):
    @story(homes.staffed(), "lee")
    async def _(pc):
        await write_everything(pc)
        thief = await pc.on_disk(lambda c: Thief(c, [pc.session("lee")]))
        clinical = pc.session("lee").teams[Team.CLINICAL]
        box = next(b for b in thief.boxes if b.purpose == "notes")
        assert open_category_key(box, clinical)
        for wrong in (
            replace(box, epoch=2),
            replace(box, subject=bytes(16)),
            replace(box, purpose="labs"),
        ):
            with pytest.raises(OpenFailedError):
                open_category_key(wrong, clinical)
        other = TeamKey(Team.FRONT_DESK, 2, clinical.seed, clinical.box)
        with pytest.raises(OpenFailedError):
            open_category_key(box, other)


def test_a_team_box_somebody_slipped_in_is_not_taken_for_the_teams_key(homes):
    from ehr_desktop.node.keys.teams import box_team_key, new_team_key
    from ehr_desktop.node.store import secrets

    home = homes.staffed()

    async def slip_in() -> None:
        async with opened(home, "lee") as pc:
            session = pc.session("lee")
            real = session.teams[Team.CLINICAL]
            forged = new_team_key(Team.CLINICAL, real.generation)
            box = box_team_key(forged, session.person, session.keys.box.public)

            def put(connection) -> None:
                rows = secrets.boxes_for(connection, Team.CLINICAL, session.person)
                for row in rows:
                    connection.execute(delete(KEY_BOXES).where(KEY_BOXES.c.hash == row.hash))
                secrets.add_boxes(connection, [box, *rows])

            def run() -> None:
                with pc.node._core.database.writing() as connection:
                    put(connection)

            await pc.node._core.on_writer(run)
            again = await pc.clinic.session.sign_in("lee", "plum-tiger-otter-violin-doctor")
            assert pc.node._core.session(again).teams[Team.CLINICAL].seed == real.seed

    asyncio.run(slip_in())
