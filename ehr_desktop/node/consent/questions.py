"""Patients' questions about single readings, and the clinic's answers."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.chart import Receipt
from ehr_desktop.domain.consent import PatientActor
from ehr_desktop.domain.errors import NotFoundError
from ehr_desktop.domain.ids import PatientId, TransactionId
from ehr_desktop.domain.people import Actor
from ehr_desktop.domain.records import NewRecord
from ehr_desktop.node.contracts.consent_state import Question, entry
from ehr_desktop.node.contracts.consent_statements import AskClinic
from ehr_desktop.node.contracts.statements import read_statement
from ehr_desktop.node.core import Core, Prepared, raise_refusal
from ehr_desktop.node.keys.opening import Holder
from ehr_desktop.node.ledger.transaction import Transaction
from ehr_desktop.node.pipeline.unsigned import Unsigned
from ehr_desktop.node.reading import Reader
from ehr_desktop.node.sealing.sealing import Sealer
from ehr_desktop.node.store import transactions

MOST_QUESTIONS = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """A question: whose, about which reading, and the transactions that hold its words and those
    of the answer.
    """

    id: str
    patient: PatientId
    about: TransactionId
    words: TransactionId
    answer: TransactionId | None = field(default=None)


class Questions:
    """Questions and answers, whose words are sealed like a patient's contact details."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def ask(self, actor: PatientActor, about: TransactionId, words: bytes) -> None:
        """Ask about one reading; `words` are a FHIR Communication.

        Raises:
            RefusedError: a contract refused: `too-many`, ...
        """
        session = self._core.keyring.patient(actor)
        await self._say(session, session.patient, os.urandom(16), bytes.fromhex(about), words)

    async def answer(self, actor: Actor, question: str, words: bytes) -> None:
        """Answer a question.

        Raises:
            NotFoundError: there is none of that id.
            RefusedError: it was answered already.
        """
        session, name = self._core.session(actor), bytes.fromhex(question)
        found = entry(self._core.value, Question, "question", name)
        if found is None:
            raise NotFoundError(question)
        await self._say(session, found.patient, name, found.about, words)

    async def all(self) -> tuple[Asked, ...]:
        """Give the newest questions, newest first."""
        return await self._core.read(self._all)

    async def words(
        self, actor: Actor | PatientActor, receipt: Receipt, named: Sequence[TransactionId]
    ) -> list[bytes]:
        """Open the words of questions or answers about one patient.

        Raises:
            ReceiptMissingError, NotFoundError, IntegrityError, NoKeyError: see `Reader.words`.
        """
        holder = self._core.holder(actor)

        def run(connection: Connection) -> list[bytes]:
            value, now_ms = self._core.value_in(connection), self._core.clock()
            reader = Reader(holder, connection, value, self._core.files, now_ms)
            return [reader.words(receipt, name) for name in named]

        return await self._core.read(run)

    async def _say(
        self, holder: Holder, patient: bytes, question: bytes, about: bytes, words: bytes
    ) -> None:
        await self._core.ready_keys(holder, (Category.DEMOGRAPHICS,))

        def prepare(connection: Connection) -> Prepared:
            sealer = Sealer(holder, connection, self._core.pipeline, self._core.files, _unheard)
            new = NewRecord(Category.DEMOGRAPHICS, "Communication", words)
            sealed, epoch, container = sealer.seal_words(patient, new)
            said = Unsigned(
                AskClinic(question, patient, about, epoch), holder.person, holder.keys.signing,
                subject=patient, containers=(container,),
            )  # fmt: skip
            return Prepared([*sealed.unsigned, said], {}, sealed.discard)

        raise_refusal(await self._core.write(patient, prepare))

    def _all(self, connection: Connection) -> tuple[Asked, ...]:
        found: dict[bytes, Asked] = {}
        rows = transactions.of_kind(connection, AskClinic.KIND, 2 * MOST_QUESTIONS)
        for row in reversed([row for row in rows if not row.rule]):
            said = read_statement(row.kind, tuple(Transaction.decode(row.wire).payload.body))
            assert isinstance(said, AskClinic)
            name = TransactionId(row.id.hex())
            if said.question not in found:
                found[said.question] = Asked(
                    said.question.hex(), PatientId(said.patient.hex()),
                    TransactionId(said.about.hex()), name,
                )  # fmt: skip
            else:
                first = found[said.question]
                found[said.question] = Asked(
                    first.id, first.patient, first.about, first.words, name
                )
        return tuple(reversed(found.values()))


def _unheard(_bytes: int) -> None:
    """Take progress nobody watches."""
