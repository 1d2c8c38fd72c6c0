"""Whether a card that is shown is a patient's card of this clinic, whatever its PIN."""

from ehr_desktop.domain.errors import CardLostError, CardUnknownError
from ehr_desktop.node.contracts.consent_state import Card, card, rejection
from ehr_desktop.node.contracts.state import StateReader
from ehr_desktop.node.keys.cards import CardSecret


def known_card(value: StateReader, shown: CardSecret, *, lost: bool = False) -> Card:
    """Give what the ledger says of a card that is shown; with `lost` also of one that was reported
    lost.

    Raises:
        CardUnknownError: there is no such card in this clinic, or it was turned away.
        CardLostError: it was reported lost, or a newer one took its place.
    """
    held, rejected = card(value, shown.patient), rejection(value, shown.patient)
    if held is None or shown.generation > held.generation:
        raise CardUnknownError
    if rejected is not None and shown.generation <= rejected.generation:
        raise CardUnknownError
    if (held.lost_ms and not lost) or shown.generation < held.generation:
        raise CardLostError
    if shown.key.public != held.card_key:
        raise CardUnknownError
    return held
