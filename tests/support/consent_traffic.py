"""A clinic whose patients decide, in the middle of its day: what stands there, and how to go on."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from ehr_desktop.domain.consent import CONTROLLED
from ehr_desktop.node.contracts.consent_state import (
    CategoryKey,
    Claim,
    Grant,
    Request,
    entry,
    grants,
    ids,
)
from ehr_desktop.node.contracts.statements import (
    NOBODY,
    ReplaceTeamKey,
    Statement,
)
from ehr_desktop.node.contracts.team_keys import departures
from ehr_desktop.node.crypto.sign import SigningKey
from ehr_desktop.node.ledger.transaction import Transaction
from tests.support.consent_clinic import (
    ANNA,
    CLARA,
    CLERK,
    DORA,
    HOUR,
    PCS,
    SURGEON,
    ConsentClinic,
    Patient,
    consent_clinic,
)
from tests.support.paper_ledger import (
    ADMIN,
    BOX,
    DOCTOR,
    NURSE,
    Device,
    Person,
    seeded,
)

CODES = sorted(map(str, CONTROLLED))
CLINICIANS = (DOCTOR, NURSE, SURGEON)
LET_IN = (*CLINICIANS, CLERK)
"""Who asks and is let in: the desk and the administrator never are."""

STRANGER = Patient("a stranger")
BASES = ("policy", "patient", "rule", "emergency")


@dataclass(frozen=True)
class Saying:
    """A statement, who says it and where, and who signs besides."""

    statement: Statement
    by: Person | Patient | None = None
    containers: int = 0
    keys: tuple[SigningKey, ...] = ()
    pc: Device = field(default_factory=lambda: PCS[0])

    @property
    def signers(self) -> tuple[SigningKey, ...]:
        return (self.pc.key, *((self.by.key,) if self.by else ()), *self.keys)


class Traffic:
    """A clinic, and a source of what is said there."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.clinic: ConsentClinic = consent_clinic()
        self.clinic.accept(ReplaceTeamKey("clinical", 2, BOX, ()), ADMIN)
        self.speakers: dict[bytes, list[Patient]] = {
            ANNA.id: [ANNA, CLARA], CLARA.id: [CLARA], DORA.id: [CLARA]
        }  # fmt: skip
        self.deciding = [ANNA, CLARA, DORA]
        self.number = 0
        self.guest: Person | None = None
        self.accepted: Counter[str] = Counter()
        self.leaving: list[Patient] = []
        self.records: list[tuple[Patient, bytes]] = [(ANNA, seeded("anna's note"))]

    def new(self) -> bytes:
        self.number += 1
        return seeded(f"{self.draw.random()} {self.number}")

    def signed(self, said: Saying, **changes) -> Transaction:
        return self.clinic.signed(
            said.statement, said.by.id if said.by else NOBODY, said.pc, said.signers,
            said.containers, **changes,
        )  # fmt: skip

    def say(self, said: Saying) -> None:
        verdict = self.clinic.run(self.signed(said))
        assert verdict.accepted, (said.statement, verdict)
        self.accepted[said.statement.KIND] += 1
        self.clinic.now_ms += self.draw.choice((1, 1000, HOUR))

    # --- what stands ---------------------------------------------------------------------------

    def patient(self) -> Patient:
        return self.draw.choice(self.deciding)

    def speaker(self, patient: Patient) -> Patient:
        return self.draw.choice(self.speakers[patient.id])

    def some(self, of: list[str], most: int = 3) -> tuple[str, ...]:
        return tuple(self.draw.sample(of, self.draw.randint(1, min(most, len(of)))))

    def grants(self, patient: Patient) -> dict[bytes, Grant]:
        return grants(self.clinic.get, patient.id)

    def usable(self, patient: Patient, code: str) -> int:
        """The epoch under which a category is written now; 0 if one has to be opened."""
        get = self.clinic.get
        found = get("epoch", patient.id, code)
        if not found or not found[3]:
            return 0
        key = entry(get, CategoryKey, "key", patient.id, code, found[0])
        return int(found[0]) if key and key.departures == departures(get) else 0

    def a_grant(self, holds: Callable[[Grant], bool]) -> tuple[Patient, bytes, Grant] | None:
        found = [
            (patient, name, grant)
            for patient in self.deciding
            for name, grant in self.grants(patient).items()
            if holds(grant)
        ]
        return self.draw.choice(found) if found else None

    def a_request(self) -> tuple[Patient, bytes, Request] | None:
        for patient in self.draw.sample(self.deciding, len(self.deciding)):
            for name in ids(self.clinic.get, "requests", patient.id):
                found = entry(self.clinic.get, Request, "request", name)
                if found:
                    return patient, name, found
        return None

    def a_claim(self, wanted: Callable[[Claim], bool]) -> tuple[bytes, Claim] | None:
        for patient in self.deciding:
            for name in ids(self.clinic.get, "claims", patient.id):
                found = entry(self.clinic.get, Claim, "claim", name)
                if found and wanted(found):
                    return name, found
        return None
