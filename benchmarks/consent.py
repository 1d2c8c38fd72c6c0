"""How fast patients' decisions take effect in a clinic of four workstations."""

import asyncio
import time
from typing import Any, Final

from benchmarks.figure import Figure, latency
from benchmarks.lan import Workstations, workstations
from benchmarks.setting import Setting
from ehr_desktop.node.keys.records import Envelope, RecordHeader, open_record, seal_record

_NODES: Final = 4
_GLASS_BUDGET_MS: Final = 15_000
_NOTE_BYTES: Final = 400


async def measure(setting: Setting) -> list[Figure]:
    """Approve, open, stop and open in an emergency: the kiosk is one workstation, the doctor sits
    before another.
    """
    times, records = setting.pick(12, 3), setting.pick(2000, 300)
    async with workstations(setting, _NODES) as clinic:
        kiosk, doctor = clinic.first, clinic.all[1]
        for each in clinic.all[1:]:
            await each.do("sign_in", account="lee")
        small = await _patient(clinic, 10)
        await kiosk.do("show", code=small["code"])
        opened, refused, gone, lone = [], [], [], []
        for _ in range(times):
            alone = await doctor.do("lone", patient=clinic.patient, count=1, pause_s=0)
            lone += alone["seconds"]
            turn = await _shares_and_stops(clinic, small["patient"])
            opened.append(turn["opened"])
            refused.append(turn["refused"])
            gone.append(turn["gone"])
        large = await _patient(clinic, records)
        await kiosk.do("show", code=large["code"])
        seconds = (await _shares_and_stops(clinic, large["patient"]))["gone"]
        glass = [await doctor.do("break_glass", patient=small["patient"]) for _ in range(3)]
    against = f"a lone transaction final on {_NODES} nodes"
    return [
        latency(
            "consent-approve", f"Approved at a kiosk until the doctor can open, {_NODES} nodes",
            opened, baseline=lone, against=against,
        ),
        latency(
            "consent-revoke", f"Sharing stopped until refused everywhere, {_NODES} nodes",
            refused, baseline=lone, against=against,
        ),
        latency(
            "consent-gone",
            f"Sharing stopped until 10 records are sealed anew and all {_NODES} said so",
            gone, baseline=lone, against=against,
        ),
        Figure(
            "consent-reseal",
            f"Records sealed anew on {_NODES} nodes, until the old ones are destroyed everywhere",
            records / seconds, "records/s",
            baseline=_rate_alone(records), against="opening and sealing them in memory",
        ),
        latency(
            "consent-emergency",
            f"Emergency access from the password to the open chart, {_NODES} nodes",
            [one["seconds"] for one in glass], _GLASS_BUDGET_MS,
            note=f"{glass[0]['shares']} of {_NODES} shares",
        ),
    ]  # fmt: skip


async def _patient(clinic: Workstations, notes: int) -> dict[str, Any]:
    """Register a patient with notes and a card that shares nothing."""
    patient = (await clinic.first.do("register"))["patient"]
    await clinic.first.do("write_notes", patient=patient, count=notes)
    await clinic.settled()
    card = await clinic.first.do("take_card", patient=patient)
    await clinic.settled()
    return {"patient": patient, **card}


async def _shares_and_stops(clinic: Workstations, patient: str) -> dict[str, float]:
    """Ask, approve, open, stop, and wait until the old keys are destroyed; the seconds of each."""
    kiosk, doctor = clinic.first, clinic.all[1]
    request = (await doctor.do("ask", patient=patient))["request"]
    await clinic.settled()
    opens = asyncio.ensure_future(doctor.do("opens", patient=patient))
    share = await kiosk.do("approve", request=request)
    opened = await opens
    elsewhere = clinic.all[1:]
    refuses = asyncio.ensure_future(
        asyncio.gather(*(each.do("refuses", patient=patient) for each in elsewhere))
    )
    stopped = await kiosk.do("stop_sharing", share=share["share"])
    refused = [answer["at"] for answer in await refuses]
    refused.append((await kiosk.do("refuses", patient=patient))["at"])
    gone = await kiosk.do("destroyed", patient=patient)
    return {
        "opened": opened["opened"] - share["begun"],
        "refused": max(refused) - stopped["begun"],
        "gone": gone["at"] - stopped["begun"],
    }


def _rate_alone(records: int) -> float:
    """Give records a second that are opened and sealed in memory, one after another."""
    keys = bytes(32), bytes(32)
    header = RecordHeader(bytes(16), "notes", 1 << 20, bytes(16), 1, bytes(16), b"")
    envelope = Envelope("DocumentReference", "", "", bytes(_NOTE_BYTES))
    sealed = seal_record(header, envelope, *keys)
    assert sealed.sealed is not None
    begun = time.perf_counter()
    for _ in range(records):
        opened = open_record(sealed.header, sealed.wrapped_key, sealed.sealed, *keys)
        seal_record(header, opened, *keys)
    return records / (time.perf_counter() - begun)
