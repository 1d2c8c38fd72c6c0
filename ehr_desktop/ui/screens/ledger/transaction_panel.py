"""All there is to know about one transaction, and its proof."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ehr_desktop.domain.ledger import (
    BlockSummary,
    InclusionProof,
    TransactionState,
    TransactionSummary,
)
from ehr_desktop.explain import explain
from ehr_desktop.sentences import SOMEBODY, refusal, sentence
from ehr_desktop.ui.models.ledger_entries import STATES
from ehr_desktop.ui.models.ledger_surroundings import Surroundings
from ehr_desktop.ui.screens.ledger.block_facts import BlockFacts
from ehr_desktop.ui.screens.ledger.hash_row import HashRow
from ehr_desktop.ui.screens.ledger.proof_view import ProofView
from ehr_desktop.ui.shell.context import ScreenContext
from ehr_desktop.ui.theme.tokens import Space, Tone, TypeSize
from ehr_desktop.ui.widgets.buttons import primary_button
from ehr_desktop.ui.widgets.callout import Callout
from ehr_desktop.ui.widgets.card import Rule
from ehr_desktop.ui.widgets.key_values import KeyValueList
from ehr_desktop.ui.widgets.labels import Body, Caption, Heading
from ehr_desktop.ui.widgets.layouts import SPRING, Piece, column, row
from ehr_desktop.ui.widgets.pill import Pill


class TransactionPanel(QWidget):
    """`block_wanted` carries the height of a block to go to, `proof_shown` the proof's widget."""

    block_wanted = Signal(int)
    proof_shown = Signal(QWidget)

    def __init__(
        self, context: ScreenContext, transaction: TransactionSummary, around: Surroundings
    ) -> None:
        super().__init__()
        self._context = context
        self._around = around
        self.transaction = transaction
        self.proof: ProofView | None = None
        self.facts: BlockFacts | None = None
        self.proof_button = primary_button(
            "Check proof", icon_name="shield-check", shortcut="Ctrl+P"
        )
        self.proof_button.clicked.connect(self.check_proof)
        self.proof_button.setEnabled(transaction.height is not None)
        self._proof_place = column(spacing=0)
        self._block_place = column(spacing=Space.TWO)
        self.setLayout(
            column(*self._pieces(), SPRING, spacing=Space.TWO, margin=Space.THREE),
        )
        self._ask_for_block()

    def check_proof(self) -> None:
        """Fetch the proof and show it step by step."""
        if not self.proof_button.isEnabled():
            return
        self.proof_button.setEnabled(False)
        context = self._context
        context.bridge.call(
            self,
            context.clinic.ledger.proof(context.actor, self.transaction.id),
            done=self._show_proof,
            failed=self._no_proof,
        )

    def _pieces(self) -> list[Piece]:
        t = self.transaction
        word, _, tone = STATES[t.state]
        pieces: list[Piece] = [
            row(Caption(t.kind, self), SPRING, Pill(word, tone, self)),
            _title(sentence(t, self._around.zone), self),
        ]
        if t.state is not TransactionState.FINAL:
            pieces.append(self._state_callout())
        pieces += [
            row(self.proof_button, SPRING),
            self._proof_place,
            KeyValueList(self._fields(), self),
            HashRow("Transaction id", t.id, self._copied, self),
            HashRow("Workstation id", t.device, self._copied, self),
        ]
        if t.person:
            pieces.append(HashRow("Person id", t.person, self._copied, self))
        if patient := t.fact("patient"):
            pieces.append(HashRow("Patient pseudonym", patient, self._copied, self))
        pieces.append(self._block_place)
        return pieces

    def _state_callout(self) -> Callout:
        t = self.transaction
        if t.state is TransactionState.REFUSED:
            reason = refusal(t, self._around.zone)
            return Callout(
                Tone.WARNING,
                reason[:1].upper() + reason[1:],
                f"Refused by the rule “{t.rule}”. It changed nothing and stays here as refused.",
                parent=self,
            )
        return Callout(
            Tone.NOTE,
            f"Signed, and stored on {_holders(t.copies)}",
            "It gets its place in the ledger with the next block.",
            parent=self,
        )

    def _fields(self) -> tuple[tuple[str, str], ...]:
        t = self.transaction
        position = "None yet" if t.index is None else f"{t.index + 1:,} of the ledger"
        return (
            ("When", self._around.moment(t.time)),
            ("Signed by", self._signers()),
            ("Position", position),
            ("Sequence", f"{t.sequence:,} of its workstation"),
            ("Containers", _containers(t.containers)),
            ("Size", f"{t.size_bytes:,} bytes, signed"),
        )

    def _signers(self) -> str:
        t, where = self.transaction, self._around.workstation(self.transaction.device)
        if not t.person:
            return f"The workstation {where}, by itself"
        return f"{t.person_name or SOMEBODY}, and the workstation {where}"

    def _ask_for_block(self) -> None:
        height, context = self.transaction.height, self._context
        if height is not None:
            context.bridge.call(
                self,
                context.clinic.ledger.blocks(context.actor, before=height + 1, limit=1),
                done=self._show_block,
                failed=self._failed,
            )

    def _show_block(self, found: tuple[BlockSummary, ...]) -> None:
        for block in found:
            self.facts = BlockFacts(block, self._around, self._copied, self)
            self.facts.parent_wanted.connect(self.block_wanted)
            self._block_place.addWidget(Rule(self))
            title = f"In block {block.height:,}"
            self._block_place.addWidget(Heading(title, self, size=TypeSize.MEDIUM))
            self._block_place.addWidget(self.facts)

    def _show_proof(self, proof: InclusionProof) -> None:
        if self.proof is not None:
            self._proof_place.removeWidget(self.proof)
            self.proof.deleteLater()
        self.proof = ProofView(proof, self)
        self._proof_place.addWidget(self.proof)
        self.proof_button.setText("Check again")
        self.proof_button.setEnabled(True)
        self.proof_shown.emit(self.proof_button)

    def _no_proof(self, error: BaseException) -> None:
        self.proof_button.setEnabled(True)
        self._failed(error)

    def _failed(self, error: BaseException) -> None:
        self._context.notify(explain(error))

    def _copied(self, name: str) -> None:
        self._context.notify(f"{name} copied.")


def _holders(copies: int) -> str:
    if not copies:
        return "this workstation"
    return f"this workstation and {copies:,} other{'s' if copies > 1 else ''}"


def _title(text: str, parent: QWidget) -> Body:
    title = Body(text, parent)
    title.setFont(Heading(size=TypeSize.MEDIUM).font())
    return title


def _containers(count: int) -> str:
    return f"{count:,} committed to" if count else "None"
