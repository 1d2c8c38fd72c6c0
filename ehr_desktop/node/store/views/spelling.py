"""Names that are nearly, or sound like, what was typed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler
from sqlalchemy import Connection, select

from ehr_desktop.node.store.views.folding import sound
from ehr_desktop.node.store.views.tables import NAME_PART, WHOLE_NAMES, WORD

SHORTEST: Final = 3
"""A shorter word is too little to guess from; it still narrows what the others find."""

_MOST_WORDS: Final = 24
_MOST_ROWS: Final = 2000
_CUTOFF: Final = 0.78
_SOUNDS_LIKE: Final = 0.85


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All words that occur in names, and the same by what they sound like."""

    words: tuple[str, ...]
    by_sound: dict[str, tuple[str, ...]]

    def near(self, word: str) -> dict[str, float]:
        """Give words that may have been meant, with a likeness up to 1.0: those that begin with
        `word` or with something one or two slips of the finger away, and those that sound alike.
        """
        likely = dict.fromkeys(self.by_sound.get(sound(word), ()), _SOUNDS_LIKE)
        close = process.extract(
            word,
            self.words,
            scorer=JaroWinkler.normalized_similarity,
            score_cutoff=_CUTOFF,
            limit=4 * _MOST_WORDS,
        )
        likely |= {other: score for other, score, _ in close if _slips(word, other) <= _may(word)}
        best = sorted(likely, key=lambda other: (-likely[other], other))[:_MOST_WORDS]
        return {other: likely[other] for other in best}


def read_vocabulary(connection: Connection) -> Vocabulary:
    """Read the vocabulary: some 10 ms for 25,000 words."""
    found = tuple(connection.execute(select(WORD.c.text)).scalars())
    by_sound: defaultdict[str, list[str]] = defaultdict(list)
    for word in found:
        if spoken := sound(word):
            by_sound[spoken].append(word)
    return Vocabulary(found, {key: tuple(group) for key, group in by_sound.items()})


def similar_names(
    connection: Connection, vocabulary: Vocabulary, typed: Sequence[str]
) -> dict[int, float]:
    """Give patients (by number) whose name holds something near each word of `typed`, likest first,
    with their likeness.
    """
    near = {word: vocabulary.near(word) for word in typed if len(word) >= SHORTEST}
    if not near or not all(near.values()):
        return {}
    rarest = min(near, key=lambda word: len(near[word]))
    found: dict[int, float] = {}
    for patient, name in _rows_with(connection, near[rarest]):
        score = _likeness(name.split(), typed, near)
        if score > found.get(patient, 0.0):
            found[patient] = score
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def _rows_with(connection: Connection, words: Iterable[str]) -> list[tuple[int, str]]:
    rows: list[tuple[int, str]] = []
    for word in words:
        statement = (
            select(NAME_PART.c.patient, NAME_PART.c.text)
            .where(
                NAME_PART.c.kind.in_(WHOLE_NAMES),
                # the word itself, and what stands behind it after a blank
                NAME_PART.c.text >= word,
                NAME_PART.c.text < f"{word}!",
            )
            .limit(_MOST_ROWS - len(rows))
        )
        rows += [(row[0], row[1]) for row in connection.execute(statement)]
        if len(rows) >= _MOST_ROWS:
            break
    return rows


def _likeness(name: list[str], typed: Sequence[str], near: dict[str, dict[str, float]]) -> float:
    """Give the mean likeness of the words of `typed`, or 0.0 if one of them is not in `name`."""
    total = 0.0
    for word in typed:
        meant = near.get(word, {})
        best = max(1.0 if part.startswith(word) else meant.get(part, 0.0) for part in name)
        if not best:
            return 0.0
        total += best
    return total / len(typed)


def _slips(word: str, other: str) -> int:
    """Give how many slips lead from `word` to `other`, or to a beginning of it about as long."""
    around = range(max(1, len(word) - 1), min(len(other), len(word) + 1) + 1)
    return min((OSA.distance(word, other[:length]) for length in around), default=len(word))


def _may(word: str) -> int:
    return 1 if len(word) < 6 else 2
