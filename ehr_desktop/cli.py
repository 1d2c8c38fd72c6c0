"""The use cases from a terminal: one JSON object or plain lines on standard output, everything
else on standard error, exit code 0 or 1.
"""

import asyncio
import getpass
import json
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import asdict
from datetime import datetime
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Any

from ehr_desktop.config import Config
from ehr_desktop.domain.errors import EhrError, InvalidInputError, NotFoundError
from ehr_desktop.domain.ids import PatientId, is_id
from ehr_desktop.domain.people import Actor, OpeningHours, Role
from ehr_desktop.domain.people import Clinic as ClinicOfRecord
from ehr_desktop.explain import explain
from ehr_desktop.interchange.fhir.project import project
from ehr_desktop.interchange.fhir.validate import Validator
from ehr_desktop.node.node import LanSettings, Node, status_of, system_clock, system_key_store
from ehr_desktop.services.clinic import Clinic
from ehr_desktop.services.founding import found
from ehr_desktop.services.joining import records_are_here
from ehr_desktop.services.values import Founding, ImportProgress, NewAccount
from ehr_desktop.terminal_backup import back_up_from_terminal, restore_from_terminal
from ehr_desktop.terminal_node import run_node
from ehr_desktop.terminal_pairing import join_from_terminal, offer_from_terminal

Answer = tuple[dict[str, Any], int]
"""What a command says, and its exit code."""


def run_command(config: Config) -> int:
    """Run one command and give the exit code."""
    if config.command == "bench":
        return _bench(config)
    try:
        answer, code = asyncio.run(_COMMANDS[config.command](config))
    except (EhrError, OSError) as error:
        print(explain(error), file=sys.stderr)
        if config.as_json:
            print(json.dumps({"error": type(error).__name__, "message": explain(error)}))
        return 1
    except KeyboardInterrupt:
        print("Stopped. What was done before is kept.", file=sys.stderr)
        return 1
    _say(config, answer)
    return code


async def _init(config: Config) -> Answer:
    password = _read_password(config.password_file, "Password for the new administrator: ")
    account = NewAccount(
        config.name, config.display_name or config.name, Role.ADMINISTRATOR, password
    )
    clinic = ClinicOfRecord(config.clinic, config.time_zone or _local_zone(), OpeningHours())
    await found(config.home, Founding(clinic, account, "Workstation 1"), store=_store(config))
    return {"home": str(config.home), "clinic": config.clinic, "administrator": config.name}, 0


async def _add_user(config: Config) -> Answer:
    async def add(clinic: Clinic, actor: Actor) -> Answer:
        password = _read_password(config.new_password_file, "Password for the new account: ")
        account = NewAccount(config.name, config.display_name or config.name, config.role, password)
        staff = await clinic.people.add(actor, account)
        waiting = staff.id in await clinic.people.awaiting_keys(actor)
        if waiting:
            print(
                "This account reads nothing clinical until a doctor or nurse who can has signed in "
                "on this workstation once.",
                file=sys.stderr,
            )
        return {"id": staff.id, "name": staff.account_name, "role": staff.role,
                "awaits_keys": waiting}, 0  # fmt: skip

    return await _signed_in(config, add)


async def _import(config: Config) -> Answer:
    async def take(clinic: Clinic, actor: Actor) -> Answer:
        bar = _ProgressLine()
        report = await clinic.imports.run(actor, config.files, bar.show, lambda: False)
        bar.end()
        for refused in report.refused:
            where = f"{refused.file}, entry {refused.index + 1}"
            print(f"refused: {where} ({refused.reference}): {refused.reason}", file=sys.stderr)
        for file in report.files:
            if file.error:
                print(f"{file.name}: broken off ({file.error})", file=sys.stderr)
        bad = bool(report.refused) or any(file.error for file in report.files)
        answer = asdict(report) | {"rate": round(report.taken / max(report.seconds, 1e-9))}
        if not config.as_json:
            answer = {k: answer[k] for k in ("patients", "new_patients", "taken", "unchanged")} | {
                "refused": len(report.refused), "seconds": round(report.seconds, 1),
            }  # fmt: skip
        return answer, int(bad)

    return await _signed_in(config, take)


async def _patients(config: Config) -> Answer:
    async def find(clinic: Clinic, actor: Actor) -> Answer:
        found_patients: list[dict[str, str]] = []
        while True:
            page = await clinic.patients.search(
                actor, config.search, limit=500, offset=len(found_patients)
            )
            found_patients += [
                {
                    "id": match.patient.id,
                    "record_id": match.patient.demographics.record_number,
                    "name": match.patient.name,
                    "birth_date": match.patient.demographics.birth_date,
                }
                for match in page.matches
            ]
            if not page.matches or len(found_patients) >= page.total:
                return {"patients": found_patients}, 0

    return await _signed_in(config, find)


async def _export(config: Config) -> Answer:
    async def write(clinic: Clinic, actor: Actor) -> Answer:
        assert config.target is not None
        patient = await _which_patient(clinic, actor, config.patient)
        report = await clinic.exports.patient(actor, patient, config.target)
        if report.left_out:
            print(
                "Left out, because your keys do not open it: " + ", ".join(report.left_out),
                file=sys.stderr,
            )
        return {"resources": report.resources, "bytes": report.bytes, "to": str(config.target),
                "left_out": list(report.left_out)}, int(bool(report.left_out))  # fmt: skip

    return await _signed_in(config, write)


async def _verify(config: Config) -> Answer:
    async def check(clinic: Clinic, actor: Actor | None) -> Answer:
        report = await clinic.integrity.check(actor, lambda _done, _total: None, lambda: False)
        return asdict(report), int(bool(report.faults))

    if config.person:
        return await _signed_in(config, check)
    async with _Opened(config) as clinic:
        return await check(clinic, None)


async def _status(config: Config) -> Answer:
    work = partial(status_of, config.home, _store(config), system_clock)
    return asdict(await asyncio.to_thread(work)), 0


async def _backup(config: Config) -> Answer:
    return await back_up_from_terminal(config, _store(config)), 0


async def _restore(config: Config) -> Answer:
    return await restore_from_terminal(config, _store(config)), 0


async def _node(config: Config) -> Answer:
    return await run_node(config, _store(config))


async def _pair(config: Config) -> Answer:
    if config.address:
        await join_from_terminal(config, _store(config))
        async with _Opened(config) as clinic:
            await records_are_here(clinic.node, lambda _height, _aim: None)
            return {"home": str(config.home), "clinic": (await clinic.session.clinic()).name}, 0
    if not config.person:
        raise InvalidInputError("account_name", "empty")
    return await _signed_in(
        config, lambda clinic, actor: offer_from_terminal(config, clinic, actor)
    )


_COMMANDS: dict[str, Callable[[Config], Coroutine[Any, Any, Answer]]] = {
    "init": _init,
    "add-user": _add_user,
    "backup": _backup,
    "import": _import,
    "node": _node,
    "patients": _patients,
    "export": _export,
    "pair": _pair,
    "restore": _restore,
    "verify": _verify,
    "status": _status,
}


class _Opened:
    """An open clinic for as long as the block lasts."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._node: Node | None = None

    async def __aenter__(self) -> Clinic:
        self._node = await Node.open(
            self._config.home, project, store=_store(self._config), lan=_lan(self._config)
        )
        table = self._config.resources / "fhir_r4" / "table.json.gz"
        return Clinic(self._node, Validator.load(table))

    async def __aexit__(self, *_: object) -> None:
        if self._node is not None:
            await self._node.close()


async def _signed_in(config: Config, work: Callable[[Clinic, Actor], Awaitable[Answer]]) -> Answer:
    password = _read_password(config.password_file, f"Password of {config.person}: ")
    async with _Opened(config) as clinic:
        return await work(clinic, await clinic.session.sign_in(config.person, password))


async def _which_patient(clinic: Clinic, actor: Actor, text: str) -> PatientId:
    """Take a patient's id, or a record id that is exactly one patient's."""
    if is_id(text):
        return PatientId(text)
    page = await clinic.patients.search(actor, text)
    exact = [m.patient.id for m in page.matches if m.patient.demographics.record_number == text]
    if len(exact) != 1:
        raise NotFoundError(text)
    return exact[0]


class _ProgressLine:
    """One line on standard error that tells how far an import is."""

    def __init__(self) -> None:
        self._shown = 0.0

    def show(self, progress: ImportProgress) -> None:
        """Show how far it is, at most a few times a second."""
        if sys.stderr.isatty() and time.monotonic() - self._shown > 0.2:
            self._shown = time.monotonic()
            where = f"{progress.file_index + 1} of {progress.files}"
            print(f"\rfile {where}, entry {progress.entries}   ", end="", file=sys.stderr)

    def end(self) -> None:
        """Leave the line."""
        if self._shown:
            print(file=sys.stderr)


def _read_password(file: Path | None, question: str) -> str:
    if file is None:
        return getpass.getpass(question)
    lines = file.read_text("utf-8").splitlines()
    if not lines:
        raise InvalidInputError("password", "empty")
    return lines[0]


def _local_zone() -> str:
    """Give this computer's IANA zone, or UTC where it does not say."""
    link = Path("/etc/localtime")
    if link.is_symlink():
        _, found_zone, name = str(link.resolve()).partition("zoneinfo/")
        if found_zone:
            return name
    return "UTC"


def _store(config: Config) -> Any:
    return system_key_store() if config.use_key_store else None


def _lan(config: Config) -> LanSettings:
    return LanSettings(config.host, config.port, announce=config.announce)


def _say(config: Config, answer: dict[str, Any]) -> None:
    if config.as_json:
        print(json.dumps(answer, default=_plain))
        return
    for name, value in answer.items():
        if isinstance(value, (list, tuple)):
            for row in value:
                cells = row.values() if isinstance(row, dict) else [row]
                print("\t".join(str(_shown(cell)) for cell in cells))
            if not value:
                print(f"{name}: none")
        else:
            print(f"{name.replace('_', ' ')}: {_shown(value)}")


def _shown(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)


def _bench(config: Config) -> int:
    try:
        from benchmarks.__main__ import main as run_benchmarks  # noqa: PLC0415
    except ModuleNotFoundError:
        print("The benchmarks come with the source code: run `make bench` there.", file=sys.stderr)
        return 1
    arguments = [config.name] if config.name else []
    return int(run_benchmarks([*arguments, *(["--json", "-"] if config.as_json else [])]))
