"""Whose keys a view is made with: a team's, or those of one person."""

from collections import OrderedDict
from typing import Protocol

from sqlalchemy import Connection

from ehr_desktop.node.contracts.state import StateReader
from ehr_desktop.node.crypto.errors import OpenFailedError
from ehr_desktop.node.keys.keyring import TeamKey
from ehr_desktop.node.keys.opening import Holder, category_key, epochs_sealed_for
from ehr_desktop.node.keys.records import RecordHeader
from ehr_desktop.node.keys.teams import open_category_key
from ehr_desktop.node.store import secrets
from ehr_desktop.node.store.secrets import KeyBox

_KEYS_KEPT = 4096


class ViewKeys(Protocol):
    """Opens the category keys of what a view shows."""

    def key(self, connection: Connection, header: RecordHeader) -> bytes | None:
        """Give the category key a record was sealed under, if it is here and opens."""
        ...

    def epochs(self, connection: Connection, patient: bytes, category: str) -> frozenset[int]:
        """Give the epochs of a category whose keys are sealed here; others may come yet."""
        ...

    def forget(self) -> None:
        """Forget the keys that were opened."""
        ...


class TeamKeys:
    """A team's. On the writer thread."""

    def __init__(self, team_key: TeamKey) -> None:
        self._team_key = team_key
        self._opened: OrderedDict[tuple[bytes, str, int], bytes] = OrderedDict()

    def key(self, connection: Connection, header: RecordHeader) -> bytes | None:
        """Give the category key a record was sealed under, if it is here and opens."""
        name = header.patient, header.category, header.epoch
        known = self._opened.get(name)
        if known is None:
            known = self._find(connection, header)
            # one that is not here may come yet
            if known is not None:
                self._opened[name] = known
                if len(self._opened) > _KEYS_KEPT:
                    self._opened.popitem(last=False)
        return known

    def epochs(self, connection: Connection, patient: bytes, category: str) -> frozenset[int]:
        """Give the epochs whose keys are sealed to a generation of the team's key that is open."""
        boxes = secrets.category_boxes(connection, patient, category, self._team_key.team)
        opened = (box for box in boxes if self._team_key.of(box.generation) is not None)
        return frozenset(box.epoch for box in opened)

    def forget(self) -> None:
        """Forget the keys that were opened."""
        self._opened.clear()

    def _find(self, connection: Connection, header: RecordHeader) -> bytes | None:
        for box in self._boxes(connection, header):
            if self._team_key.of(box.generation) is not None:
                try:
                    return open_category_key(box, self._team_key)
                except OpenFailedError:
                    continue
        return None

    def _boxes(self, connection: Connection, header: RecordHeader) -> list[KeyBox]:
        found = secrets.category_boxes(
            connection, header.patient, header.category, self._team_key.team
        )
        return [box for box in found if box.epoch == header.epoch]


class OwnKeys:
    """Those of a member or a patient, checked against the ledger as `value` reads it."""

    def __init__(self, holder: Holder, value: StateReader) -> None:
        self._holder = holder
        self._value = value

    def key(self, connection: Connection, header: RecordHeader) -> bytes | None:
        """Give the category key a record was sealed under, if it is here and opens."""
        return category_key(
            self._holder, connection, self._value, header.patient, header.category, header.epoch
        )

    def epochs(self, connection: Connection, patient: bytes, category: str) -> frozenset[int]:
        """Give the epochs whose keys are sealed for whoever it is."""
        return epochs_sealed_for(self._holder, connection, patient, category)

    def forget(self) -> None:
        """Keep what belongs to the session."""
