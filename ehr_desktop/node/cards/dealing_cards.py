"""Putting a card's keys under a PIN, and the PIN under the guard of the workstations."""

from dataclasses import dataclass

from ehr_desktop.node.contracts.state import StateReader
from ehr_desktop.node.contracts.statements import Statement
from ehr_desktop.node.core import Prepared
from ehr_desktop.node.crypto.oprf import blind, evaluate, finish
from ehr_desktop.node.crypto.sign import SigningKey
from ehr_desktop.node.guards import deal_pin_key, rows_of
from ehr_desktop.node.keys.accounts import PersonKeys
from ehr_desktop.node.keys.cards import CardSecret, pin_text, seal_secrets
from ehr_desktop.node.pipeline.unsigned import Unsigned
from ehr_desktop.node.store.containers import StoredContainer
from ehr_desktop.node.store.secrets import KeyBox


@dataclass(frozen=True, slots=True)
class DealtCard:
    """A card's secrets, sealed, and the shares of what guards its PIN."""

    threshold: int
    boxes: tuple[KeyBox, ...]
    sealed: StoredContainer

    @property
    def guards(self) -> tuple[tuple[bytes, int, bytes], ...]:
        """The shares as a statement names them."""
        return rows_of(self.boxes)

    def said(self, statement: Statement, person: bytes, *keys: SigningKey) -> Prepared:
        """Give the statement that brings them, signed by these keys."""
        first, *others = keys
        return Prepared(
            [
                Unsigned(
                    statement, person, first, subject=self.sealed.record,
                    containers=(self.sealed,), boxes=self.boxes, others=tuple(others),
                )
            ]
        )  # fmt: skip


def deal_card(value: StateReader, secret: CardSecret, pin: str, keys: PersonKeys) -> DealtCard:
    """Seal a card's keys under a PIN (`pins.check_new_pin`), guarded by the workstations of now."""
    key, threshold, boxes = deal_pin_key(value, secret.patient, secret.generation)
    return DealtCard(threshold, boxes, seal_secrets(secret, _made_of(secret, pin, key), keys))


def _made_of(secret: CardSecret, pin: str, key: bytes) -> bytes:
    """Give what the workstations together will make of a PIN, while the whole key is here."""
    text = pin_text(secret, pin)
    blinded, blinding = blind(text)
    return finish(text, blinding, [(1, evaluate(key, blinded))], 1)
