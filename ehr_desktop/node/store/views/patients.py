"""Questions about patients."""

from typing import Final

from sqlalchemy import ColumnElement, Connection, func, or_, select

from ehr_desktop.domain.errors import NotFoundError
from ehr_desktop.domain.ids import PatientId, RecordNumber
from ehr_desktop.domain.patients import (
    Demographics,
    DuplicateWarning,
    PatientPage,
    PatientSummary,
)
from ehr_desktop.node.store.engine import Database
from ehr_desktop.node.store.views.duplicates import duplicates
from ehr_desktop.node.store.views.folding import storable
from ehr_desktop.node.store.views.patient_rows import to_patient
from ehr_desktop.node.store.views.search import MOST_ROWS, search
from ehr_desktop.node.store.views.spelling import Vocabulary, read_vocabulary
from ehr_desktop.node.store.views.tables import ABOUT, IDENTIFIER, PATIENT

_NUMBER_DIGITS: Final = 6


class PatientQueries:
    """What screens and imports ask about patients. Any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._vocabulary: Vocabulary | None = None
        self._generation = 0

    def names_changed(self) -> None:
        """Forget the words kept for spelling: names were written or deleted."""
        self._generation += 1
        self._vocabulary = None

    def search(self, text: str, limit: int = 50, offset: int = 0) -> PatientPage:
        """Give one page of the patients `text` may mean, best first; recently changed patients
        when it is empty. At most 500 a page. See `search.search`.
        """
        generation = self._generation
        with self._database.reading() as connection:

            def vocabulary() -> Vocabulary:
                return self._words(connection, generation)

            return search(connection, vocabulary, text, limit, offset)

    def recent(self, limit: int = 10) -> tuple[PatientSummary, ...]:
        """Give the patients registered or changed last, newest first."""
        page = self.search("", limit)
        return tuple(match.patient for match in page.matches)

    def count(self) -> int:
        """Give how many patients there are."""
        with self._database.reading() as connection:
            return connection.execute(select(func.count()).select_from(PATIENT)).scalar_one()

    def patient(self, patient: PatientId) -> PatientSummary:
        """Give one patient.

        Raises:
            NotFoundError: this view holds no such patient.
        """
        with self._database.reading() as connection:
            row = connection.execute(
                select(PATIENT).where(PATIENT.c.id == storable(patient))
            ).one_or_none()
        if row is None:
            raise NotFoundError(patient)
        return to_patient(row)

    def by_reference(self, reference: str) -> PatientId | None:
        """Give whom a FHIR reference means (`Patient/id`, or the full URL of a bundle's entry);
        None when nobody, or more than one, has it.
        """
        wanted = storable(reference)
        if not wanted:
            return None
        return self._only(or_(PATIENT.c.reference == wanted, PATIENT.c.full_url == wanted))

    def by_identifier(self, value: str) -> PatientId | None:
        """Give whose identifier `value` is, to the letter; None when nobody's or ambiguous."""
        holders = select(IDENTIFIER.c.patient).where(IDENTIFIER.c.value == storable(value))
        return self._only(PATIENT.c.number.in_(holders))

    def duplicates(
        self, demographics: Demographics, limit: int = 5
    ) -> tuple[DuplicateWarning, ...]:
        """Give who may already be registered under these details, strong warnings first."""
        generation = self._generation
        with self._database.reading() as connection:
            vocabulary = self._words(connection, generation)
            return duplicates(connection, vocabulary, demographics, min(limit, MOST_ROWS))

    def next_record_number(self) -> RecordNumber:
        """Give the next of the clinic's own running numbers: one more than the highest ever seen
        by this view, also when its patient has been erased since.
        """
        with self._database.reading() as connection:
            highest = connection.execute(
                select(ABOUT.c.value).where(ABOUT.c.name == "record_number")
            ).scalar_one_or_none()
        return RecordNumber(f"P-{int(highest or 0) + 1:0{_NUMBER_DIGITS}d}")

    def _words(self, connection: Connection, generation: int) -> Vocabulary:
        known = self._vocabulary or read_vocabulary(connection)
        # names written since the connection's state was fixed would be missing
        if generation == self._generation:
            self._vocabulary = known
        return known

    def _only(self, wanted: ColumnElement[bool]) -> PatientId | None:
        with self._database.reading() as connection:
            found = connection.execute(select(PATIENT.c.id).where(wanted).limit(2)).scalars().all()
        return PatientId(found[0]) if len(found) == 1 else None
