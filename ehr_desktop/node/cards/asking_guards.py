"""Asking the workstations what a PIN makes: a guess that is final, then enough of their answers."""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

from ehr_desktop.domain.consent import MOST_GUESSES
from ehr_desktop.domain.errors import (
    GuardsAwayError,
    PinLockedError,
    PinWrongError,
)
from ehr_desktop.domain.ledger import Outcome, TransactionState
from ehr_desktop.node.contracts.consent_state import Card, Try, entry
from ehr_desktop.node.contracts.consent_statements import AnswerPin, TryPin
from ehr_desktop.node.contracts.shapes import MalformedBodyError
from ehr_desktop.node.contracts.statements import NOBODY, read_statement
from ehr_desktop.node.core import Core, Prepared, raise_refusal
from ehr_desktop.node.crypto.errors import OpenFailedError, UnusableSharesError
from ehr_desktop.node.crypto.oprf import Answer, blind, outputs
from ehr_desktop.node.keys.accounts import PersonKeys
from ehr_desktop.node.keys.cards import CardSecret, open_secrets, pin_text
from ehr_desktop.node.ledger.transaction import Transaction
from ehr_desktop.node.pipeline.turn import Turn
from ehr_desktop.node.pipeline.unsigned import Unsigned
from ehr_desktop.node.store.containers import StoredContainer

ANSWERS_WITHIN_S: Final = 8.0
"""So long somebody before the kiosk waits for the workstations' answers."""
_OTHERS_WITHIN_S: Final = 1.5
"""So long the rest may take once enough have answered, and what they gave does not open the card:
one of them may lie, or the PIN is wrong.
"""


class AskingGuards:
    """Opens cards with the workstations' help. On the node's loop."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def open(
        self, held: Card, secrets: StoredContainer, card: CardSecret, pin: str
    ) -> PersonKeys:
        """Give the keys that a card and its PIN open; `held` is the card as the ledger has it.

        Raises:
            PinWrongError, PinLockedError: see there.
            GuardsAwayError: too few workstations answer, or nothing becomes final.
        """
        if not self._core.has_quorum():
            # the guess would be counted for nothing, whenever the others are back
            raise GuardsAwayError(held.threshold, 0)
        text = pin_text(card, pin)
        blinded, blinding = blind(text)
        heard = _Heard()
        with self._hearing(heard):
            deadline = asyncio.get_running_loop().time() + ANSWERS_WITHIN_S
            asked = await self._ask(held, card, blinded, heard, deadline)
            places = dict(held.guards)
            tried = 0
            while True:
                answers = heard.to(asked, places)
                if len(answers) >= held.threshold and len(answers) != tried:
                    if not tried:
                        now = asyncio.get_running_loop().time()
                        deadline = min(deadline, now + _OTHERS_WITHIN_S)
                    tried = len(answers)
                    for output in _outputs(text, blinding, answers, held.threshold):
                        with suppress(OpenFailedError):
                            return open_secrets(secrets, card, output)
                if len(answers) == len(places) or not await heard.more(deadline):
                    break
        if tried:
            raise self._wrong(card.patient)
        raise GuardsAwayError(held.threshold, len(answers))

    async def _ask(
        self, held: Card, card: CardSecret, blinded: bytes, heard: "_Heard", deadline: float
    ) -> bytes:
        """Have the guess counted; give the id of its transaction once it is final."""
        said = Unsigned(
            TryPin(card.patient, blinded), NOBODY, None, subject=card.patient, others=(card.key,)
        )
        (outcome,) = await self._core.write(card.patient, lambda _connection: Prepared([said]))
        asked = bytes.fromhex(outcome.transaction)
        while outcome.state is TransactionState.PENDING:
            if asked in heard.outcomes:
                outcome = heard.outcomes[asked]
            elif not await heard.more(deadline):
                raise GuardsAwayError(held.threshold, 0)
        if outcome.rule == "pin-locked":
            raise PinLockedError
        raise_refusal([outcome])
        return asked

    def _wrong(self, patient: bytes) -> PinWrongError | PinLockedError:
        newest = entry(self._core.value, Try, "try", patient)
        left = MOST_GUESSES - (newest.count if newest else 0)
        return PinWrongError(left) if left > 0 else PinLockedError()

    @contextmanager
    def _hearing(self, heard: "_Heard") -> Iterator[None]:
        self._core.on_turn.append(heard.hear)
        try:
            yield
        finally:
            self._core.on_turn.remove(heard.hear)


class _Heard:
    """The answers that were signed here or came from others since somebody listens."""

    def __init__(self) -> None:
        self._answers: dict[bytes, dict[bytes, bytes]] = {}
        self.outcomes: dict[bytes, Outcome] = {}
        self._woken = asyncio.Event()

    def hear(self, turn: Turn) -> None:
        """Take in what a turn brought."""
        final = [one.transaction for one in turn.final]
        for one in turn.final:
            if one.transaction.payload.kind == TryPin.KIND:
                self.outcomes[one.transaction.id] = one.outcome
                self._woken.set()
        for transaction in (*turn.signed, *turn.admitted, *final):
            self._take(transaction)

    def to(self, asked: bytes, places: dict[bytes, int]) -> list[Answer]:
        """Give the answers of guards to one guess."""
        answers = self._answers.get(asked, {})
        return [(places[name], point) for name, point in answers.items() if name in places]

    async def more(self, deadline: float) -> bool:
        """Wait for more answers; tell whether there are any before the deadline."""
        self._woken.clear()
        try:
            async with asyncio.timeout_at(deadline):
                await self._woken.wait()
        except TimeoutError:
            return False
        return True

    def _take(self, transaction: Transaction) -> None:
        payload = transaction.payload
        if payload.kind != AnswerPin.KIND:
            return
        with suppress(MalformedBodyError):
            answer = read_statement(payload.kind, tuple(payload.body))
            assert isinstance(answer, AnswerPin)
            self._answers.setdefault(answer.asked, {})[payload.device] = answer.evaluated
            self._woken.set()


def _outputs(
    text: bytes, blinding: bytes, answers: list[Answer], threshold: int
) -> Iterable[bytes]:
    with suppress(UnusableSharesError):
        yield from outputs(text, blinding, answers, threshold)
