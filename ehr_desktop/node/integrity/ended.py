"""What the ledger says is to be gone: records of closed epochs, the keys of cards that were turned
away, and patients who were erased.
"""

from collections.abc import Callable
from typing import Any

from ehr_desktop.node.contracts.consent_state import Closing, Erasing, entry, rejection
from ehr_desktop.node.contracts.state import State
from ehr_desktop.node.integrity.chain import ChainCheck, Promised
from ehr_desktop.node.pipeline.destroying import floor_of


class Ended:
    """Tells what is to be gone, from the state the check worked out."""

    def __init__(self, chain: ChainCheck, device: bytes) -> None:
        self._value: Callable[..., Any] = State(chain.state.get).get
        self._device = device

    def is_over(self, promised: Promised) -> bool:
        """Tell whether a container is to be gone, here sooner or later."""
        if self.is_erased(promised.patient) or self._is_turned_away(promised):
            return True
        closing = self._closing(promised)
        return closing is not None and promised.epoch < floor_of(closing.epoch)

    def was_said(self, promised: Promised) -> bool:
        """Tell whether this workstation has said that it is gone."""
        erasing = entry(self._value, Erasing, "erasure", promised.patient)
        if erasing is not None and self._device in erasing.done:
            return True
        closing = self._closing(promised)
        return closing is not None and self._device in closing.done

    def is_erased(self, patient: bytes) -> bool:
        """Tell whether a patient was erased."""
        erasing = entry(self._value, Erasing, "erasure", patient) if patient else None
        return erasing is not None and erasing.confirmed_ms > 0

    def _is_turned_away(self, promised: Promised) -> bool:
        rejected = rejection(self._value, promised.patient) if promised.card else None
        return rejected is not None and promised.card <= rejected.generation

    def _closing(self, promised: Promised) -> Closing | None:
        if not promised.category:
            return None
        return entry(self._value, Closing, "closing", promised.patient, promised.category)
