"""What this run of the program works with: the only reader of arguments and environment."""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from platformdirs import user_data_path

from ehr_desktop.domain.people import Role

KIOSK_LANGUAGES: Final = ("en", "es", "fr", "ar", "hi", "ta")


@dataclass(frozen=True, slots=True)
class Config:
    """Where things are, and what was asked for. `command` is empty for the program itself.

    The node listens at `host` (everywhere, if empty) and `port` (the usual one, if 0).
    """

    home: Path
    resources: Path
    command: str = ""
    use_key_store: bool = True
    as_json: bool = False
    clinic: str = ""
    time_zone: str = ""
    person: str = ""
    password_file: Path | None = None
    new_password_file: Path | None = None
    vault: Path | None = None
    shares_file: Path | None = None
    name: str = ""
    display_name: str = ""
    role: Role = Role.DOCTOR
    files: tuple[Path, ...] = field(default=())
    search: str = ""
    patient: str = ""
    target: Path | None = None
    pictures: Path | None = None
    gallery: Path | None = None
    patients: int = 200
    tour: bool = False
    lan: bool = False
    offer: bool = False
    address: str = ""
    confirm_file: Path | None = None
    host: str = ""
    port: int = 0
    announce: bool = True
    kiosk: bool = False
    kiosk_language: str = "en"
    wipe_after_s: int = 30
    shuffle_pin: bool = False
    save_to: Path | None = None
    real_data: Path = Path("../shared/data")


def resources_folder() -> Path:
    """Give the folder of icons, fonts, tables and word lists that comes with the program."""
    bundle = getattr(sys, "_MEIPASS", None)
    return (Path(bundle) if bundle else Path(__file__).resolve().parents[1]) / "resources"


@cache
def word_list(name: str) -> tuple[str, ...]:
    """Give the lines of one of the word lists that come with the program, remarks left out."""
    text = (resources_folder() / "words" / f"{name}.txt").read_text("utf-8").splitlines()
    return tuple(line for line in text if line and not line.startswith("#"))


def has_display() -> bool:
    """Tell whether windows can be shown to anybody here."""
    if sys.platform in {"win32", "darwin"}:
        return True
    chosen = os.environ.get("QT_QPA_PLATFORM", "")
    if chosen:
        return chosen.partition(":")[0] in {"xcb", "wayland"}
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def read_config(arguments: Sequence[str]) -> Config:
    """Give the configuration that arguments and environment describe.

    `EHR_DESKTOP_KEY_STORE=file` keeps the workstation's key in a file even where the operating
    system has a key store. Wrong arguments end the program with exit code 2 and say what is wrong.
    """
    given = {k: v for k, v in vars(_parser().parse_args(arguments)).items() if v is not None}
    home = given.pop("home", None)
    files = tuple(given.pop("files", ()))
    return Config(
        home=home if home is not None else user_data_path("ehr-desktop", appauthor=False),
        resources=resources_folder(),
        use_key_store=os.environ.get("EHR_DESKTOP_KEY_STORE") != "file",
        files=files,
        real_data=Path(os.environ.get("EHR_SHARED_DATA", "../shared/data")),
        **given,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ehr-desktop", description="Without a command: the program."
    )
    parser.add_argument("--home", type=_path, help="the data directory (default: the platform's)")
    _network(parser, None)
    _kiosk(parser)
    commands = parser.add_subparsers(dest="command")

    demo = commands.add_parser("demo", help="a made-up clinic in a temporary home")
    demo.add_argument("--patients", type=int, help="how many patients (default: 200)")
    demo.add_argument("--tour", action="store_true", default=None, help="click through by itself")
    demo.add_argument(
        "--lan", action="store_true", default=None, help="four workstations, by itself"
    )
    demo.add_argument("--pictures", type=_path, help="where the tour leaves its pictures")
    demo.add_argument("--gallery", type=_path, help="only take pictures of every screen, into here")

    init = _command(commands, "init", "make a clinic")
    init.add_argument("--clinic", required=True, help="its name")
    init.add_argument("--admin", dest="name", required=True, help="the first account's name")
    init.add_argument("--display-name", help="what the administrator is called")
    init.add_argument("--time-zone", help="an IANA zone (default: this computer's)")
    init.add_argument("--password-file", type=_path)

    user = _signed_in(commands, "add-user", "make an account")
    user.add_argument("--name", required=True, help="the account's name")
    user.add_argument("--display-name", help="what the person is called")
    user.add_argument("--role", type=Role, choices=list(Role), required=True)
    user.add_argument("--new-password-file", type=_path, help="the new account's password")

    bundles = _signed_in(commands, "import", "take FHIR bundles in")
    bundles.add_argument("files", nargs="+", type=_path, metavar="FILE")

    listing = _signed_in(commands, "patients", "list or search patients")
    listing.add_argument("--search", help="a name, birth date, phone, insurance or record id")

    export = _signed_in(commands, "export", "write one patient's record as a bundle")
    export.add_argument("--patient", required=True, help="an id from `patients`, or a record id")
    export.add_argument("--to", dest="target", type=_path, required=True)

    pair = _signed_in(commands, "pair", "let a new workstation in, or join", required=False)
    which = pair.add_mutually_exclusive_group(required=True)
    which.add_argument("--offer", action="store_true", default=None, help="let one in here")
    which.add_argument("--join", dest="address", metavar="ADDRESS", help="join through that one")
    pair.add_argument("--name", help="what this workstation is called (default: as the computer)")
    pair.add_argument(
        "--confirm-file",
        type=_path,
        help="agree once this file holds the digits of the other side; else the terminal asks",
    )

    backup = _command(commands, "backup", "write a backup, and the vault keys beside it")
    backup.add_argument("--to", dest="target", type=_path, required=True, metavar="FOLDER")

    restore = _command(commands, "restore", "begin again from a backup, all workstations lost")
    restore.add_argument("files", nargs=1, type=_path, metavar="FILE")
    restore.add_argument("--vault", type=_path, help="the vault keys (default: beside the backup)")
    restore.add_argument(
        "--shares-file", type=_path, help="one custodian's share a line; else they are asked for"
    )
    restore.add_argument(
        "--name", help="what this workstation is called (default: as the computer)"
    )

    node = _command(commands, "node", "take part without a window, until told to end")
    _network(node, argparse.SUPPRESS)

    _signed_in(commands, "verify", "check everything", required=False)
    _command(commands, "status", "what state the node is in")
    bench = _command(commands, "bench", "measure how fast this computer is")
    bench.add_argument("name", nargs="?", help="one figure; without it, all")
    return parser


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, does: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=does, description=does)
    # also behind the command; SUPPRESS keeps what stood before it
    parser.add_argument("--home", type=_path, default=argparse.SUPPRESS)
    parser.add_argument("--json", dest="as_json", action="store_true", default=None)
    return parser


def _network(parser: argparse.ArgumentParser, default: object) -> None:
    """Add where the node listens; `default` keeps what stood before a command."""
    parser.add_argument("--host", default=default, help="the one address to listen at")
    parser.add_argument("--port", type=_port, default=default, help="the port to listen at")
    parser.add_argument(
        "--no-announce",
        dest="announce",
        action="store_false",
        default=default,
        help="do not tell the network that this workstation is here",
    )


def _kiosk(parser: argparse.ArgumentParser) -> None:
    """Add what makes this workstation the patients' kiosk."""
    parser.add_argument(
        "--kiosk", action="store_true", default=None, help="show patients the kiosk, nothing else"
    )
    parser.add_argument(
        "--kiosk-language", choices=KIOSK_LANGUAGES, help="in which it begins (default: en)"
    )
    parser.add_argument(
        "--wipe-after",
        dest="wipe_after_s",
        type=_wipe_after,
        metavar="SECONDS",
        help="how long nobody may touch it before it clears itself, 20 to 60 (default: 30)",
    )
    parser.add_argument(
        "--shuffle-pin", action="store_true", default=None, help="mix the digits of PIN pads"
    )
    parser.add_argument("--save-to", type=_path, help="a folder patients may save to")


def _signed_in(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    does: str,
    *,
    required: bool = True,
) -> argparse.ArgumentParser:
    parser = _command(commands, name, does)
    parser.add_argument("--as", dest="person", required=required, help="who does it")
    parser.add_argument("--password-file", type=_path, help="else the password is asked for")
    return parser


def _port(text: str) -> int:
    port = int(text)
    if not 0 < port < 1 << 16:
        raise ValueError(text)
    return port


def _wipe_after(text: str) -> int:
    seconds = int(text)
    if not 20 <= seconds <= 60:
        raise ValueError(text)
    return seconds


def _path(text: str) -> Path:
    return Path(text).expanduser()
