"""What people at a workstation can be ordered to do where a patient decides and in an emergency."""

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import Finding
from ehr_desktop.node.contracts.rounds import round_of
from ehr_desktop.node.store.destroying import boxes_about
from tests.support.consent_pc import confirmed
from tests.support.custody import PIN
from tests.support.one_pc import PASSWORDS


class EmergencyOrders:
    """Orders of a workstation that has `node`, `clinic` and `actors`."""

    patient = None

    # --- the patient ---------------------------------------------------------------------------

    async def take_card(self, patient, name="rae", doctor="lee"):
        """Give a patient who shares nothing a card that counts; gives the code on it."""
        made = await self.clinic.cards.take(self.actors[name], patient, PIN, frozenset())
        await confirmed(self.clinic, self.actors[doctor], patient)
        return made.code

    async def has_reached(self, patient, name="rae"):
        return (await self.clinic.cards.status(self.actors[name], patient)).keys_reached

    async def show_card(self, code):
        self.patient = await self.clinic.kiosk.open(code, PIN)

    async def put_card_away(self):
        await self.clinic.kiosk.close(self.patient)

    async def approve(self):
        """Share what the first request asks for."""
        first = (await self.clinic.kiosk.requests(self.patient))[0]
        await self.clinic.kiosk.approve(
            self.patient, first.id, categories=first.categories, until=None
        )

    async def looks(self):
        """Who saw the record of whoever stands at the kiosk in an emergency."""
        looks = await self.clinic.kiosk.looks(self.patient)
        return [
            [look.name, look.workstation, look.manner, look.reason, look.finding]
            for look in looks if look.basis == "emergency"
        ]  # fmt: skip

    # --- staff ---------------------------------------------------------------------------------

    async def add_allergy(self, patient, text, name="lee"):
        chart = await self.clinic.charts.open(self.actors[name], patient)
        await self.clinic.charts.add_allergy(chart, text)

    async def ask_patient(self, patient, name="lee"):
        """Ask for the emergency set, for good."""
        await self.clinic.sharing.ask(
            self.actors[name], patient, categories=frozenset({Category.EMERGENCY}),
            purpose="treatment", until=None, keep_until=None,
        )  # fmt: skip

    async def open_to(self, patient, name="lee"):
        return sorted(await self.clinic.sharing.open_to(self.actors[name], patient))

    async def allergies(self, patient, name):
        chart = await self.clinic.charts.open(self.actors[name], patient)
        return [entry.title for entry in chart.summary.allergies]

    async def break_glass(self, patient, words, name="nia"):
        """Open the emergency set; gives the allergies seen."""
        _, chart = await self.clinic.emergency.open(
            self.actors[name], patient, password=PASSWORDS[name], reason="unconscious", words=words
        )
        return [entry.title for entry in chart.summary.allergies]

    async def reviews(self, patient, name="lee"):
        """What is, or was, to be reviewed about a patient: finding and reviewer by the words."""
        found = await self.clinic.emergency.reviews(self.actors[name])
        return {one.words: [one.finding, one.reviewer] for one in found if one.patient == patient}

    async def review(self, patient, words, name="lee"):
        found = await self.clinic.emergency.reviews(self.actors[name])
        claim = next(one.claim for one in found if (one.patient, one.words) == (patient, words))
        await self.clinic.emergency.review(self.actors[name], claim, Finding.JUSTIFIED, "Clearly.")

    # --- keys ----------------------------------------------------------------------------------

    async def owed(self, patient):
        """The categories that have to be sealed anew."""
        return list(await self.node.resealing.owed(bytes.fromhex(patient)))

    async def rounds(self, patient):
        """The rounds of the emergency set's keys: the newest on the ledger, and all of which boxes
        or shares are left on this disk.
        """
        subject = bytes.fromhex(patient)
        newest = self.node._core.value("epoch", subject, Category.EMERGENCY)[0]
        boxes = await self.node._core.read(lambda connection: boxes_about(connection, subject))
        here = {round_of(one.epoch) for one in boxes if one.purpose.endswith(Category.EMERGENCY)}
        return {"newest": round_of(newest), "here": sorted(here)}
