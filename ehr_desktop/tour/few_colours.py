"""Pictures small enough to be kept beside the program."""

from collections import Counter
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

COLOURS: Final = 256
_LARGE_AREAS: Final = 48
_RANKED: Final = 3000
_UNLIKE: Final = 36


def few_colours(image: QImage) -> QImage:
    """Give `image` in its 256 most frequent colours, which nobody can tell from the original."""
    whole = image.convertToFormat(QImage.Format.Format_RGB32)
    pixels = memoryview(whole.constBits()).cast("B").cast("I")
    table = _telling(Counter(pixels))
    return whole.convertToFormat(
        QImage.Format.Format_Indexed8, table, Qt.ImageConversionFlag.ThresholdDither
    )


def _telling(colours: Counter[int]) -> list[int]:
    """Give up to 256 colours: those of large areas, then those unlike any of them."""
    ranked = [colour | 0xFF000000 for colour, _ in colours.most_common(_RANKED)]
    chosen = ranked[:_LARGE_AREAS]
    for least in (_UNLIKE, _UNLIKE // 2, 1):
        for colour in ranked:
            if len(chosen) >= COLOURS:
                return chosen
            if all(_apart(colour, other) >= least for other in chosen):
                chosen.append(colour)
    return chosen


def _apart(one: int, other: int) -> int:
    return sum(abs((one >> shift & 255) - (other >> shift & 255)) for shift in (16, 8, 0))
