"""A proof that one transaction is in the ledger, shown hash by hash."""

from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from ehr_desktop.domain.ledger import InclusionProof
from ehr_desktop.ui.screens.ledger.proof_path import ProofPath, ProofStep, walk
from ehr_desktop.ui.theme.fonts import mono_font
from ehr_desktop.ui.theme.palette import worn_tokens
from ehr_desktop.ui.theme.tokens import Space, Tone
from ehr_desktop.ui.widgets.callout import Callout
from ehr_desktop.ui.widgets.labels import Body, Caption, ElidedLabel, Level
from ehr_desktop.ui.widgets.layouts import column, row

_CHECK = "Run the full check on the Integrity screen."


class ProofView(QWidget):
    """The verdict, then every step from the transaction to the block's certificate."""

    def __init__(self, proof: InclusionProof, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        path = walk(proof)
        self.holds = proof.holds and path.reaches_root
        self.verdict = Callout(*verdict(proof, path), parent=self)
        certified = proof.holds or not path.reaches_root
        last = len(path.steps) + 2
        self.stops = (
            ProofStop(
                Tone.SUCCESS,
                "The transaction's own hash",
                f"Number {proof.index + 1:,} of {proof.tree_size:,} in the ledger",
                proof.leaf,
                first=True,
            ),
            *(_stop(number, step) for number, step in enumerate(path.steps, start=1)),
            ProofStop(
                Tone.SUCCESS if path.reaches_root else Tone.DANGER,
                "The root of the ledger",
                f"Stands in the header of block {proof.height:,}"
                if path.reaches_root
                else f"The steps above end elsewhere: {path.reached[:16]}…",
                proof.root,
            ),
            ProofStop(
                Tone.SUCCESS if certified and path.reaches_root else Tone.DANGER,
                "The block's certificate",
                "A quorum of the workstations signed this block"
                if certified
                else "The signatures that make this block final do not hold",
                proof.block,
                last=True,
            ),
        )
        self.setAccessibleName(f"Proof in {last:,} steps")
        self.setLayout(column(self.verdict, column(*self.stops, spacing=0)))


class ProofStop(QWidget):
    """One stop of the way: a dot on a line, what is there, and its hash."""

    def __init__(
        self,
        tone: Tone,
        title: str,
        text: str,
        value: str,
        *,
        neighbour: str = "",
        first: bool = False,
        last: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.title = title
        self.value = value
        words = column(Body(title, self, strong=True), spacing=2)
        if neighbour:
            words.addWidget(Caption(text, self))
            words.addWidget(ElidedLabel(neighbour, self, font=mono_font(), level=Level.MUTED))
            words.addWidget(Caption("gives", self))
        else:
            words.addWidget(Caption(text, self))
        words.addWidget(ElidedLabel(value, self, font=mono_font()))
        words.setContentsMargins(0, 0, 0, 0 if last else Space.TWO)
        line = row(_Way(tone, self, first=first, last=last), words, spacing=Space.ONE_AND_HALF)
        line.setStretch(1, 1)
        self.setLayout(line)


class _Way(QWidget):
    """The line the dots stand on."""

    def __init__(self, tone: Tone, parent: QWidget, *, first: bool, last: bool) -> None:
        super().__init__(parent)
        self._tone, self._first, self._last = tone, first, last
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    @override
    def sizeHint(self) -> QSize:
        return QSize(16, 24)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = worn_tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        dot = QPointF(8, 9)
        painter.setPen(QPen(QColor(tokens.border), 1.5))
        painter.drawLine(dot if self._first else QPointF(8, 0), dot)
        painter.drawLine(dot, dot if self._last else QPointF(8, self.height()))
        colour = QColor(tokens.tone(self._tone).foreground)
        painter.setPen(QPen(colour, 2))
        joint = self._tone is Tone.NEUTRAL
        painter.setBrush(QColor(tokens.surface) if joint else colour)
        painter.drawEllipse(dot, 4 if joint else 5, 4 if joint else 5)


def verdict(proof: InclusionProof, path: ProofPath) -> tuple[Tone, str, str]:
    """Say what the proof shows: a tone, a title and a sentence."""
    height = f"{proof.height:,}"
    if not path.reaches_root:
        title = "This transaction is not in the ledger as shown"
        text = f"Its hash does not lead to the root of block {height}. {_CHECK}"
        return Tone.DANGER, title, text
    if not proof.holds:
        text = f"The transaction leads to its root, but its certificate does not hold. {_CHECK}"
        return Tone.DANGER, f"Block {height} is not certified", text
    steps = len(path.steps)
    way = f"{steps:,} step{'' if steps == 1 else 's'} lead{'s' if steps == 1 else ''} from it"
    text = (
        f"{way if steps else 'It leads'} to the root that the certificate of block {height} "
        "signs. Every hash on the way was computed again just now."
    )
    return Tone.SUCCESS, "Proved: it is in the ledger, unchanged", text


def _stop(number: int, step: ProofStep) -> ProofStop:
    side = "left" if step.neighbour_is_left else "right"
    return ProofStop(
        Tone.NEUTRAL,
        f"Step {number:,}",
        f"joined with its neighbour on the {side}",
        step.result,
        neighbour=step.neighbour,
    )
