"""Orders about consent that a workstation of a benchmark takes."""

import asyncio
import time
from typing import Any, Final

from benchmarks.clinics import PASSWORD
from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import PatientActor
from ehr_desktop.domain.ids import PatientId
from ehr_desktop.domain.people import Actor
from ehr_desktop.domain.records import NewRecord
from ehr_desktop.interchange.fhir import build
from ehr_desktop.node.node import Node
from ehr_desktop.services.clinic import Clinic as UseCases

PIN: Final = "836152"
SHARED: Final = frozenset({Category.NOTES})
_POLL_S: Final = 0.002


class ConsentOrders:
    """What patients and clinicians do. Times are those of `time.monotonic`."""

    _node: Node
    _use: UseCases
    _actors: dict[str, Actor]
    _shown: PatientActor

    async def write_notes(self, patient: str, count: int) -> dict[str, Any]:
        """Write notes, 1,000 a transaction, and an allergy."""
        now = self._node.now()
        notes = [
            NewRecord(
                Category.NOTES,
                "DocumentReference",
                build.note(f"note {number}", f"Patient/{patient}", "Dr Lee", now, "Note"),
            )
            for number in range(count)
        ]
        allergy = build.allergy(
            "Penicillin", f"Patient/{patient}", now, "Dr Lee", criticality="high", none_known=False
        )
        notes.append(NewRecord(Category.EMERGENCY, "AllergyIntolerance", allergy))
        await self._node.charts.write(self._actors["lee"], PatientId(patient), notes)
        return {}

    async def take_card(self, patient: str) -> dict[str, Any]:
        """Give a patient a card that shares nothing, once the patient's own keys are sealed."""
        name = PatientId(patient)
        card = await self._node.cards.take(self._actors["lee"], name, PIN, frozenset())
        while not (await self._node.cards.status(name)).keys_reached:  # noqa: ASYNC110
            await asyncio.sleep(_POLL_S)
        return {"code": card.code}

    async def show(self, code: str) -> dict[str, Any]:
        """Show a card at this workstation."""
        begun = time.monotonic()
        self._shown = await self._node.shown_cards.open(code, PIN)
        return {"seconds": time.monotonic() - begun}

    async def ask(self, patient: str) -> dict[str, Any]:
        """Ask for the notes of a patient."""
        asked = await self._node.consent.ask(
            self._actors["lee"], PatientId(patient), SHARED, "treatment", None, None
        )
        return {"request": asked.id}

    async def approve(self, request: str) -> dict[str, Any]:
        """Say yes at the kiosk."""
        begun = time.monotonic()
        share = await self._node.consent.approve(self._shown, request, SHARED, None)
        return {"begun": begun, "share": share.id}

    async def stop_sharing(self, share: str) -> dict[str, Any]:
        """Stop sharing at the kiosk."""
        begun = time.monotonic()
        await self._node.consent.stop(self._shown, share)
        return {"begun": begun}

    async def opens(self, patient: str) -> dict[str, Any]:
        """Wait until the notes are open to the doctor, and open the chart."""
        lee, name = self._actors["lee"], PatientId(patient)
        while not await self._node.consent.open_to(lee, name) >= SHARED:  # noqa: ASYNC110
            await asyncio.sleep(_POLL_S)
        open_at = time.monotonic()
        chart = await self._use.charts.open(lee, name)
        return {"at": open_at, "opened": time.monotonic(), "notes": chart.summary.notes.total}

    async def refuses(self, patient: str) -> dict[str, Any]:
        """Wait until the notes are open to the doctor no longer."""
        lee, name = self._actors["lee"], PatientId(patient)
        while await self._node.consent.open_to(lee, name) & SHARED:  # noqa: ASYNC110
            await asyncio.sleep(_POLL_S)
        return {"at": time.monotonic()}

    async def destroyed(self, patient: str) -> dict[str, Any]:
        """Wait until every workstation has said that the old keys are gone."""
        name = PatientId(patient)
        while True:
            states = {one.state for one in await self._node.consent.shares_of(name)}
            if "ending" not in states:
                return {"at": time.monotonic()}
            await asyncio.sleep(_POLL_S)

    async def break_glass(self, patient: str) -> dict[str, Any]:
        """Open the emergency set; the password, which is slow on purpose, is part of it."""
        begun = time.monotonic()
        access, _chart = await self._use.emergency.open(
            self._actors["lee"],
            PatientId(patient),
            password=f"{PASSWORD}-lee",
            reason="unconscious",
            words="Found unconscious.",
        )
        return {"seconds": time.monotonic() - begun, "shares": access.threshold}
