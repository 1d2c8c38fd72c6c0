"""The administrator who keeps the clinical team's key leaves before the team has members."""

from ehr_desktop.domain.people import Role, Team
from tests.support.consent_pc import eventually, registered
from tests.support.one_pc import ANNA, PASSWORDS, account, story


def test_the_first_doctor_begins_another_key_and_works_with_it(homes, monkeypatch):
    monkeypatch.setitem(PASSWORDS, "bea", "plum-tiger-otter-violin-bea")
    home = homes.founded()

    @story(home, "admin")
    async def _(pc):
        await pc.clinic.people.add(
            pc.actors["admin"], account("bea", "Bea Boss", Role.ADMINISTRATOR)
        )

    @story(home, "bea")
    async def _(pc):
        bea = pc.actors["bea"]
        await pc.clinic.people.deactivate(bea, await pc.person("admin"))
        await pc.clinic.people.add(bea, account("lee", "Dr Lee", Role.DOCTOR))
        lee = await pc.sign_in("lee")
        await pc.clinic.patients.register(lee, ANNA)

        async def holds_the_key():
            return Team.CLINICAL in pc.session("lee").teams

        await eventually(pc, holds_the_key)
        anna = await registered(pc)
        assert pc.node.people.keys_to_replace() == ()
        chart = await pc.clinic.charts.open(lee, anna)
        assert chart.summary.notes.total == 1
        assert (await pc.check("lee")).faults == ()
