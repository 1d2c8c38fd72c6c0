"""Says that this workstation has destroyed what was to be destroyed: keys and records of a closed
epoch, and patients who were erased.
"""

from collections.abc import Callable
from typing import ClassVar

from ehr_desktop.domain.people import Team
from ehr_desktop.node.contracts.consent_state import Closing, Erasing, entry
from ehr_desktop.node.contracts.custody_statements import (
    AcknowledgeClosed,
    AcknowledgeErased,
    CloseEpochs,
    ConfirmErasure,
)
from ehr_desktop.node.duties.duty import Cause, Here, Later, Owed, said
from ehr_desktop.node.pipeline.destroying import left_of
from ehr_desktop.node.pipeline.history import History
from ehr_desktop.node.sealing.tainted import shut_out
from ehr_desktop.node.store.destroying import holds_anything

Wiped = Callable[[frozenset[Team]], bool]
"""Sees to it that the log holds nothing any more of what was deleted, nor do the views of some
teams; tells whether that is so. On the writer thread.
"""


class Closed:
    """Says `epoch.gone`."""

    kinds: ClassVar[frozenset[str]] = frozenset({CloseEpochs.KIND})
    looks_back: ClassVar[int] = 10_000

    def __init__(self, wiped: Wiped) -> None:
        self._wiped = wiped

    def owed(self, here: Here, cause: Cause) -> Owed:
        """Give the word that all of it is gone, or when to look again."""
        statement = cause.statement
        assert isinstance(statement, CloseEpochs)
        patient, category = statement.patient, statement.category
        closing = entry(here.expected, Closing, "closing", patient, category)
        if closing is None or closing.epoch != statement.epoch or not _owes(here, closing):
            return []
        if left_of(here.connection, patient, category, statement.epoch) or not self._wiped(
            shut_out(here.connection, here.final, statement)
        ):
            return [Later.again(here, cause)]
        return [said(AcknowledgeClosed(patient, category, statement.epoch), subject=patient)]


class Erased:
    """Says `erasure.done`."""

    kinds: ClassVar[frozenset[str]] = frozenset({ConfirmErasure.KIND})
    looks_back: ClassVar[int] = 10_000

    def __init__(self, wiped: Wiped) -> None:
        self._wiped = wiped

    def owed(self, here: Here, cause: Cause) -> Owed:
        """Give the word that nothing of the patient is here, or when to look again."""
        statement = cause.statement
        assert isinstance(statement, ConfirmErasure)
        patient = statement.patient
        erasing = entry(here.expected, Erasing, "erasure", patient)
        if erasing is None or not _owes(here, erasing):
            return []
        named = History.of(here.connection, patient).named
        if holds_anything(here.connection, patient, named) or not self._wiped(frozenset(Team)):
            return [Later.again(here, cause)]
        return [said(AcknowledgeErased(patient), subject=patient)]


def _owes(here: Here, entry_: Closing | Erasing) -> bool:
    return here.device in entry_.owing and here.device not in entry_.done
