"""A closed clinic whose files a test changes behind its back, and what the full check finds then."""

from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from ehr_desktop.domain.ledger import FaultKind
from ehr_desktop.node.store.tables import CONTAINERS, TRANSACTIONS
from tests.support.one_pc import ledger_of, story


@dataclass
class Clinic:
    """A closed clinic in which something has happened, and what."""

    home: Path
    facts: dict[str, str] = field(default_factory=dict)

    def change(self, *statements) -> None:
        """Run SQL with the key, as only this workstation could."""
        with ledger_of(self.home) as database, database.writing() as connection:
            for statement in statements:
                assert connection.execute(statement).rowcount != 0

    def rows(self, chosen) -> list:
        """Read with the key."""
        with ledger_of(self.home) as database, database.reading() as connection:
            return list(connection.execute(chosen))

    def faults(self, name: str | None = "lee") -> set[tuple[FaultKind, str]]:
        """What the full check finds."""

        async def work(pc):
            return await pc.check(name)

        report = story(self.home, *((name,) if name else ()))(work)
        assert report.complete
        return {(fault.what, fault.where) for fault in report.faults}


def flip(content: bytes, place: int = -1) -> bytes:
    changed = bytearray(content)
    changed[place] ^= 1
    return bytes(changed)


def of_record(clinic: Clinic, name: str, version: int):
    chosen = select(CONTAINERS).where(
        CONTAINERS.c.record == bytes.fromhex(clinic.facts[name]), CONTAINERS.c.version == version
    )
    return clinic.rows(chosen)[0]


def transaction(clinic: Clinic, name: str):
    return TRANSACTIONS.c.id == bytes.fromhex(clinic.facts[name])


def height_of(clinic: Clinic, name: str) -> int:
    return clinic.rows(select(TRANSACTIONS.c.height).where(transaction(clinic, name)))[0][0]


def kinds(faults) -> set[FaultKind]:
    return {what for what, _ in faults}
