"""Joining a clinic from a workstation that has none: finding a door, pairing, making the home."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from ehr_desktop.domain.errors import HomeExistsError, PairingFailedError
from ehr_desktop.domain.network import FoundDoor
from ehr_desktop.node.contracts.acceptance import accept_enrolment
from ehr_desktop.node.crypto.box import BoxKey, generate_box_seed
from ehr_desktop.node.crypto.sign import SigningKey, generate_seed
from ehr_desktop.node.keys.device import SecretStore, is_home
from ehr_desktop.node.keys.new_home import NewHome
from ehr_desktop.node.net.address import Address
from ehr_desktop.node.net.address_book import SavedAddress
from ehr_desktop.node.net.discovery import PAIRING_SERVICE, Discovery, Sighting
from ehr_desktop.node.net.errors import PairingError, PairingFailure
from ehr_desktop.node.net.joining_terms import JoiningAnswer, JoiningTerms, JoiningVerdict
from ehr_desktop.node.net.pairing import MAX_NAME, PairingKeys
from ehr_desktop.node.net.pairing_port import parse_door, shown_door
from ehr_desktop.node.net.pairing_window import join
from ehr_desktop.node.net.pairing_wire import Introduction, Paired
from ehr_desktop.node.net.told_addresses import write_addresses
from ehr_desktop.node.store import secrets

Compare = Callable[[str], asyncio.Future[bool]]
"""Shows six digits; the future gets whether they are the same as on the other screen. It is
cancelled when nobody waits for the answer any more."""

LONGEST_WORKSTATION_NAME: Final = MAX_NAME
_TERMS_S: Final = 15.0
_VERDICT_S: Final = 60.0
_MOST_DOORS: Final = 32


@dataclass(frozen=True, slots=True)
class Joined:
    """What was joined. Not `certain` if the other workstation fell silent before it said that
    this one is enrolled: then the network will tell.
    """

    clinic: str
    mode: str
    certain: bool


@dataclass(frozen=True, slots=True)
class _Seeds:
    """This workstation's new seeds, for signatures and for boxes."""

    signing: bytes
    box: bytes

    def keys(self) -> PairingKeys:
        return PairingKeys(SigningKey(self.signing), BoxKey(self.box))


async def find_doors(
    changed: Callable[[tuple[FoundDoor, ...]], None], clock: Callable[[], int]
) -> None:
    """Look for workstations that let a new one in, and tell all there are at every change, until
    cancelled. `clock` gives UTC milliseconds.
    """
    doors: dict[str, FoundDoor] = {}

    def seen(sighting: Sighting) -> None:
        doors[sighting.name] = FoundDoor(
            sighting.name, tuple(shown_door(address) for address in sighting.addresses)
        )
        changed(tuple(doors.values()))

    def gone(sighting: Sighting) -> None:
        door = doors.get(sighting.name)
        if door is None:
            return
        lost = {shown_door(address) for address in sighting.addresses}
        left = tuple(address for address in door.addresses if address not in lost)
        if left:
            doors[sighting.name] = replace(door, addresses=left)
        else:
            del doors[sighting.name]
        changed(tuple(doors.values()))

    await Discovery(
        PAIRING_SERVICE,
        tag="",
        port=0,
        seen=seen,
        gone=gone,
        most=_MOST_DOORS,
        clock=lambda: clock() / 1000,
    ).run()


async def join_clinic(
    home: Path,
    addresses: Sequence[str],
    workstation_name: str,
    compare: Compare,
    store: SecretStore | None,
) -> Joined:
    """Pair with the workstation at the first of `addresses` that answers, and make the home of a
    workstation that has no records yet.

    A failure leaves nothing on the disk, unless the other one may have enrolled this workstation
    by then: a clinic must not wait for the vote of a workstation whose keys are gone.

    Raises:
        HomeExistsError: there is a clinic in `home` already.
        PairingFailedError: it did not come to that; says why.
        ValueError: one of the addresses is none.
        DiskFullError: there is no room.
    """
    if is_home(home):
        raise HomeExistsError(str(home))
    dialled = [parse_door(text) for text in addresses]
    seeds = _Seeds(generate_seed(), generate_box_seed())
    try:
        paired, address = await _pair(dialled, seeds.keys(), compare, workstation_name)
        try:
            return await _agree(home, paired, address, seeds, store)
        finally:
            await paired.channel.close()
    except PairingError as error:
        raise PairingFailedError(error.reason) from error


async def _pair(
    addresses: Sequence[Address], keys: PairingKeys, compare: Compare, name: str
) -> tuple[Paired, Address]:
    def ask(met: Introduction) -> asyncio.Future[bool]:
        return compare(met.digits)

    for address in addresses:
        try:
            return await join(address, keys, ask, name), address
        except PairingError as error:
            if error.reason is not PairingFailure.UNREACHABLE:
                raise
    raise PairingError(PairingFailure.UNREACHABLE)


async def _agree(
    home: Path, paired: Paired, address: Address, seeds: _Seeds, store: SecretStore | None
) -> Joined:
    """Write the home, then sign: whoever is enrolled has its keys on the disk."""
    terms = JoiningTerms.decode(await paired.channel.receive(_TERMS_S))
    keys = seeds.keys()
    signature = accept_enrolment(
        keys.signing,
        keys.public.box,
        network=terms.network,
        author=terms.device,
        administrator=terms.administrator,
    )
    unfinished = await asyncio.to_thread(NewHome, home, store)
    try:
        sponsor = paired.theirs.signing
        await asyncio.to_thread(_write, unfinished, terms, seeds, sponsor, address)
        paired.channel.send(JoiningAnswer(signature).encode())
    except BaseException:
        await asyncio.to_thread(unfinished.discard)
        raise
    verdict = None
    try:
        verdict = JoiningVerdict.decode(await paired.channel.receive(_VERDICT_S))
    except PairingError:
        # perhaps enrolled, perhaps not: only one of the two mistakes can be mended
        return Joined(terms.clinic, terms.mode, certain=False)
    finally:
        end = unfinished.discard if verdict is not None and verdict.rule else unfinished.keep
        await asyncio.to_thread(end)
    if verdict.rule:
        raise PairingFailedError(verdict.rule)
    return Joined(terms.clinic, terms.mode, certain=True)


def _write(
    unfinished: NewHome, terms: JoiningTerms, seeds: _Seeds, sponsor: bytes, dialled: Address
) -> None:
    """Write what a workstation knows before it has a ledger. `sponsor` is the one key it may link
    to until the ledger names the others.
    """
    with unfinished.database.writing() as connection:
        secrets.put_secret(connection, "network", terms.network)
        secrets.put_secret(connection, "genesis", terms.genesis)
        secrets.put_secret(connection, "site-secret", terms.site_secret)
        secrets.put_secret(connection, "device-signing-seed", seeds.signing)
        secrets.put_secret(connection, "device-box-seed", seeds.box)
        secrets.put_secret(connection, "sponsor", sponsor)
        addresses = write_addresses(_reachable(terms.addresses, sponsor, dialled))
        secrets.put_secret(connection, "addresses", addresses)


def _reachable(
    told: tuple[SavedAddress, ...], sponsor: bytes, dialled: Address
) -> tuple[SavedAddress, ...]:
    """Put in front the host that has just answered: the other workstation may have told
    addresses that lead nowhere from here.
    """
    ports = {one.address.port for one in told if one.key == sponsor}
    first = (SavedAddress(Address(dialled.host, port), sponsor, typed=False) for port in ports)
    known = {one.address: one for one in (*first, *told)}
    return tuple(known.values())
