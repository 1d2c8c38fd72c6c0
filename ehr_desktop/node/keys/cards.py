"""A patient's card: the code it bears, and the keys that the card and the PIN open together.

The code holds whose card it is, which of the patient's cards, and a secret. The secret and what the
workstations make of the PIN (`crypto/oprf.py`) give the key that seals the patient's seeds. The
secret alone gives the key that signs guesses at the PIN.

Source: RFC 4648, 6 (base32), in Crockford's alphabet, which has no I, L, O and U.
"""

import base64
import binascii
import os
from dataclasses import dataclass, field

from ehr_desktop.domain.errors import CardUnknownError
from ehr_desktop.node.crypto.blob import open_blob, seal_blob
from ehr_desktop.node.crypto.errors import OpenFailedError
from ehr_desktop.node.crypto.hashes import digest, frame
from ehr_desktop.node.crypto.kdf import derive_key
from ehr_desktop.node.crypto.sign import SigningKey
from ehr_desktop.node.keys.accounts import PersonKeys
from ehr_desktop.node.keys.containers import whole_container
from ehr_desktop.node.store.containers import StoredContainer

CARD_HEADER = b"ehr/card/v1"
MOST_GENERATIONS = 65_535
_PREFIX = "EHR1"
_PADDING = "===="
_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TO_CARD = str.maketrans(_BASE32, _CROCKFORD)
_FROM_CARD = str.maketrans(_CROCKFORD, _BASE32)
_ALIKE = str.maketrans("OIL", "011")
_QWERTZ = str.maketrans("YZ", "ZY")
_LETTERS = 60
_GROUP = 5
_ID_SIZE = 16
_SECRET_SIZE = 16
_GENERATION_SIZE = 2
_CHECK_SIZE = 3


@dataclass(frozen=True, slots=True)
class CardSecret:
    """What a card bears: the patient's pseudonym (16 bytes), which of the patient's cards it is,
    and 16 random bytes.
    """

    patient: bytes
    generation: int
    secret: bytes = field(repr=False)

    @property
    def code(self) -> str:
        """The code as it is printed and put into the QR code: capital letters, digits and hyphens,
        which every scanner types and every keyboard layout has.
        """
        content = self.patient + self.generation.to_bytes(_GENERATION_SIZE, "big") + self.secret
        letters = _in_letters(content + _check(content))
        groups = (letters[at : at + _GROUP] for at in range(0, _LETTERS, _GROUP))
        return "-".join((_PREFIX, *groups))

    @property
    def key(self) -> SigningKey:
        """The key that signs every guess at the PIN: who has the card has it."""
        return SigningKey(derive_key(self.secret, "ehr/card-key/v1", *_about(self)))


def new_card(patient: bytes, generation: int) -> CardSecret:
    """Make a patient's card; `generation` counts the patient's cards from 1.

    Raises:
        ValueError: there have been 65,535 cards already.
    """
    if not 1 <= generation <= MOST_GENERATIONS:
        raise ValueError("a card's generation is a number from 1 to 65,535")
    return CardSecret(patient, generation, os.urandom(_SECRET_SIZE))


def read_card(typed: str) -> CardSecret:
    """Read a card's code from what a scanner typed, or a person: small letters, blanks and hyphens
    anywhere, O for 0, I or L for 1, Y and Z exchanged by a German keyboard, and whatever a scanner
    puts before or after it.

    Raises:
        CardUnknownError: it is no card's code, or was typed wrongly.
    """
    plain = "".join(letter for letter in typed if letter.isascii() and letter.isalnum()).upper()
    _before, prefix, rest = plain.translate(_ALIKE).partition(_PREFIX)
    if not prefix:
        raise CardUnknownError
    letters = rest[:_LETTERS]
    for reading in (letters, letters.translate(_QWERTZ)):
        card = _read(reading)
        if card is not None:
            return card
    raise CardUnknownError


def pin_text(card: CardSecret, pin: str) -> bytes:
    """Give what the workstations are asked to make a key of, blinded: the PIN (`pins.normal_pin`)
    of this card and no other. For `oprf.blind` and `oprf.finish`.
    """
    return frame("ehr/pin/v1", *_about(card), pin.encode())


def seal_secrets(card: CardSecret, made_of_pin: bytes, keys: PersonKeys) -> StoredContainer:
    """Seal a patient's keys (`signing` is the consent key, `box` the read key) under the card and
    what the workstations made of its PIN (32 bytes); the container is committed to like a record.
    """
    sealed = seal_blob(_kek(card, made_of_pin), keys.seed, "ehr/card-secrets/v1", *_about(card))
    return whole_container(card.patient, CARD_HEADER, sealed)


def open_secrets(stored: StoredContainer, card: CardSecret, made_of_pin: bytes) -> PersonKeys:
    """Open a patient's keys.

    Raises:
        OpenFailedError: another card or PIN, or the sealed secrets were changed.
    """
    if stored.header != CARD_HEADER or stored.sealed is None:
        raise OpenFailedError
    kek = _kek(card, made_of_pin)
    return PersonKeys.from_seed(open_blob(kek, stored.sealed, "ehr/card-secrets/v1", *_about(card)))


def _in_letters(whole: bytes) -> str:
    return base64.b32encode(whole).decode().rstrip("=").translate(_TO_CARD)


def _read(letters: str) -> CardSecret | None:
    try:
        whole = base64.b32decode(letters.translate(_FROM_CARD) + _PADDING)
    except binascii.Error:
        return None
    if _in_letters(whole) != letters:
        return None
    content, check = whole[:-_CHECK_SIZE], whole[-_CHECK_SIZE:]
    patient, rest = content[:_ID_SIZE], content[_ID_SIZE:]
    generation = int.from_bytes(rest[:_GENERATION_SIZE], "big")
    if check != _check(content) or not generation:
        return None
    return CardSecret(patient, generation, rest[_GENERATION_SIZE:])


def _check(content: bytes) -> bytes:
    return digest("ehr/card-code/v1", content)[:_CHECK_SIZE]


def _about(card: CardSecret) -> tuple[bytes, bytes]:
    return card.patient, str(card.generation).encode()


def _kek(card: CardSecret, made_of_pin: bytes) -> bytes:
    return derive_key(card.secret + made_of_pin, "ehr/card-kek/v1", *_about(card))
