"""New category keys, sealed for exactly those who may have them."""

from collections.abc import Sequence
from dataclasses import dataclass

from ehr_desktop.domain.categories import Category
from ehr_desktop.node.contracts.consent_basis import recipients
from ehr_desktop.node.contracts.state import StateReader
from ehr_desktop.node.contracts.statements import OpenEpochs
from ehr_desktop.node.contracts.team_keys import is_closed_to
from ehr_desktop.node.keys.readers import box_for_reader
from ehr_desktop.node.keys.teams import (
    box_category_key,
    category_key_commitment,
    new_category_key,
)
from ehr_desktop.node.policy import next_epoch, reader_public, team_public
from ehr_desktop.node.store.secrets import KeyBox


@dataclass(frozen=True, slots=True)
class DrawnEpoch:
    """A new epoch of a category: its number, its key (32 bytes), and boxes for teams and readers,
    teams first. The epoch may be refused, so nobody keeps the key before it is accepted.
    """

    category: Category
    epoch: int
    key: bytes
    teams: tuple[KeyBox, ...]
    readers: tuple[KeyBox, ...]

    @property
    def boxes(self) -> tuple[KeyBox, ...]:
        """All boxes."""
        return (*self.teams, *self.readers)


def draw_epoch(
    value: StateReader, patient: bytes, category: Category, person: bytes, at_ms: int
) -> DrawnEpoch:
    """Draw a category's next key and seal it for its recipients, at an instant. It is sealed for a
    team whose own key has to be replaced once that is done.
    """
    epoch, key = next_epoch(value, patient, category), new_category_key()
    of_teams, readers = recipients(value, patient, category, at_ms)
    teams = [team for team in of_teams if not is_closed_to(value, team, person)]
    publics = {reader: reader_public(value, reader) for reader in sorted(readers)}
    return DrawnEpoch(
        category,
        epoch,
        key,
        tuple(
            box_category_key(key, patient, str(category), epoch, team_public(value, team))
            for team in sorted(teams)
        ),
        tuple(
            box_for_reader(key, patient, str(category), epoch, reader, public)
            for reader, public in publics.items()
            if public is not None
        ),
    )


def open_epochs(patient: bytes, drawn: Sequence[DrawnEpoch]) -> OpenEpochs:
    """Give the statement that starts new epochs."""
    return OpenEpochs(
        patient,
        tuple(
            (
                str(one.category),
                one.epoch,
                category_key_commitment(one.key),
                tuple((box.recipient.decode(), box.generation, box.hash) for box in one.teams),
                tuple((box.recipient, box.hash) for box in one.readers),
            )
            for one in drawn
        ),
    )
