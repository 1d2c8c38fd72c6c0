"""The made-up clinic in a temporary home, signed in and ready to click through."""

import sys
import tempfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from PySide6.QtWidgets import QApplication

from ehr_desktop.config import Config
from ehr_desktop.desktop import Desktop
from ehr_desktop.domain.people import Actor, Role
from ehr_desktop.node.node import FLOOR
from ehr_desktop.services.demo_clinic import (
    PASS_PHRASE,
    demo_founding,
    fill_demo,
    make_demo,
)
from ehr_desktop.ui.app import log_kept_in, prepare_application

_ZONE = "Europe/London"


def run_demo(config: Config) -> int:
    """Run the program on a made-up clinic that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="ehr-desktop-demo-") as folder:
        chosen = replace(config, home=Path(folder) / "clinic", use_key_store=False)
        application = prepare_application(sys.argv[:1])
        with log_kept_in(chosen.home.parent / "logs"):
            return _click_through(chosen, application)


def _click_through(config: Config, application: QApplication) -> int:
    # everybody may know this pass-phrase: it need not cost more than the least
    desktop = Desktop(config, application, FLOOR)
    try:
        actors = make_clinic(desktop)
        window = desktop.show()
        doctor = next(actor for actor in actors if actor.role is Role.DOCTOR)
        window.sign_in.signed_in.emit(doctor)
        return application.exec()
    finally:
        desktop.stop()


def make_clinic(desktop: Desktop) -> tuple[Actor, ...]:
    """Found the made-up clinic, fill it, and give who is signed in. Says so on standard output."""
    config = desktop.config
    now = datetime.fromtimestamp(desktop.clock() / 1000, ZoneInfo(_ZONE))
    demo = make_demo(config.resources, now, config.patients)

    async def work() -> tuple[Actor, ...]:
        await desktop.door.found(demo_founding(demo), desktop.bridge.publish)
        return await fill_demo(desktop.door.node, demo, _tell)

    print(f"Writing the made-up clinic “{demo.name}” …", flush=True)
    actors = desktop.thread.submit(work()).result()
    print("\nAccounts, all with the pass-phrase " + PASS_PHRASE + ":")
    for person in demo.staff:
        print(f"  {person.account_name:<12} {person.display_name} ({person.role})")
    return actors


def _tell(what: str, done: int, total: int) -> None:
    step = max(1, total // 20)
    if done % step == 0:
        print(f"\r  {what}: {done} of {total}      ", end="", flush=True)
