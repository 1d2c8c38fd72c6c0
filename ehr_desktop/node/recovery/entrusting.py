"""Having the custodians able to help a patient whose card is lost one day."""

from collections.abc import Iterable

from ehr_desktop.node.contracts.consent_state import CustodyKey, card, entry
from ehr_desktop.node.contracts.custody_statements import BoxForCustodians
from ehr_desktop.node.contracts.state import StateReader
from ehr_desktop.node.keys.accounts import PersonKeys
from ehr_desktop.node.keys.custody import READ_KEY, box_for_custodians
from ehr_desktop.node.pipeline.unsigned import Unsigned
from ehr_desktop.node.store.secrets import KeyBox


def box_read_key(value: StateReader, patient: bytes, keys: PersonKeys) -> Unsigned | None:
    """Give what a patient, who has the card open, says to have the custodians able to make a new
    one; None where there are no custodians or they could already.
    """
    custody, held = entry(value, CustodyKey, "custody"), card(value, patient)
    if custody is None or held is None:
        return None
    known = value("custody-box", READ_KEY, patient)
    if known is not None and tuple(known[:2]) == (custody.generation, held.generation):
        return None
    box = box_for_custodians(keys.seed[32:], READ_KEY, patient, custody.generation, custody.box_key)
    statement = BoxForCustodians(custody.generation, rows_of([box]))
    return Unsigned(statement, patient, keys.signing, boxes=(box,))


def rows_of(boxes: Iterable[KeyBox]) -> tuple[tuple[str, bytes, bytes], ...]:
    """Give boxes for the custodians as a statement holds them."""
    return tuple((box.purpose, box.subject, box.hash) for box in boxes)
