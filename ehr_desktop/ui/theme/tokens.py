"""Every colour, space, size and radius the screens may use, for three schemes.

Pairs that carry text have a contrast of at least 4.5, borders that mark a field and
focus rings at least 3 (7 and 4.5 in high contrast); a test holds them to it.

Source: WCAG 2.2, success criteria 1.4.3, 1.4.6 and 1.4.11.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, IntEnum


class Scheme(Enum):
    """Which set of colours is worn."""

    LIGHT = "light"
    DARK = "dark"
    HIGH_CONTRAST = "high-contrast"


class Tone(Enum):
    """What a coloured piece says; never said by colour alone."""

    NEUTRAL = "neutral"
    ACCENT = "accent"
    SUCCESS = "success"
    WARNING = "warning"
    DANGER = "danger"
    NOTE = "note"


class Space(IntEnum):
    """Distances in device-independent pixels, on an 8-px grid with one half step."""

    HALF = 4
    ONE = 8
    ONE_AND_HALF = 12
    TWO = 16
    THREE = 24
    FOUR = 32
    SIX = 48


class TypeSize(IntEnum):
    """Text sizes in device-independent pixels."""

    CAPTION = 12
    BODY = 13
    MEDIUM = 15
    TITLE = 18
    DISPLAY = 24
    FIGURES = 48


class Radius(IntEnum):
    """Corner radii in device-independent pixels."""

    SMALL = 4
    MEDIUM = 6
    LARGE = 10


@dataclass(frozen=True, slots=True)
class TonePair:
    """Text and background of one tone, as `#rrggbb`."""

    foreground: str
    background: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours of one scheme, as `#rrggbb`.

    Surfaces in three steps: `canvas` behind everything, `surface` for cards and fields,
    `raised` for what lies on a surface (hover, chips); `well` is sunk into one. Text in three
    levels. `hairline` only divides, `edge` outlines a surface, `border` marks what one can
    act on.
    """

    scheme: Scheme
    canvas: str
    surface: str
    raised: str
    well: str
    hairline: str
    edge: str
    border: str
    thumb: str
    text: str
    text_muted: str
    text_faint: str
    text_disabled: str
    link: str
    accent: str
    accent_hover: str
    accent_pressed: str
    on_accent: str
    accent_soft: str
    on_accent_soft: str
    focus: str
    danger_fill: str
    danger_hover: str
    on_danger: str
    tooltip: str
    on_tooltip: str
    success: TonePair
    warning: TonePair
    danger: TonePair
    note: TonePair

    def tone(self, tone: Tone) -> TonePair:
        """Return the text and background of `tone`."""
        match tone:
            case Tone.NEUTRAL:
                return TonePair(self.text_muted, self.raised)
            case Tone.ACCENT:
                return TonePair(self.on_accent_soft, self.accent_soft)
            case Tone.SUCCESS:
                return self.success
            case Tone.WARNING:
                return self.warning
            case Tone.DANGER:
                return self.danger
            case Tone.NOTE:
                return self.note


LIGHT = Tokens(
    scheme=Scheme.LIGHT,
    canvas="#f6f7f9",
    surface="#ffffff",
    raised="#eef0f4",
    well="#eef0f4",
    hairline="#e2e5eb",
    edge="#dfe2e9",
    border="#868e9c",
    thumb="#c3c9d3",
    text="#151a23",
    text_muted="#4d5666",
    text_faint="#636c7c",
    text_disabled="#9aa2b0",
    link="#2f4fc7",
    accent="#3355d1",
    accent_hover="#2a48b8",
    accent_pressed="#233d9c",
    on_accent="#ffffff",
    accent_soft="#e9eefc",
    on_accent_soft="#2541a6",
    focus="#3355d1",
    danger_fill="#b3261e",
    danger_hover="#981b14",
    on_danger="#ffffff",
    tooltip="#1d232e",
    on_tooltip="#f5f6f8",
    success=TonePair("#0f6138", "#e2f4e9"),
    warning=TonePair("#7c4400", "#fdf0d5"),
    danger=TonePair("#a51f18", "#fdeae8"),
    note=TonePair("#1b4b9e", "#e4eefc"),
)

DARK = Tokens(
    scheme=Scheme.DARK,
    canvas="#0f1217",
    surface="#171b22",
    raised="#222832",
    well="#0f1217",
    hairline="#2a313c",
    edge="#2c343f",
    border="#6d7686",
    thumb="#414a59",
    text="#eceff4",
    text_muted="#aeb6c4",
    text_faint="#949dac",
    text_disabled="#5f6878",
    link="#a3b6ff",
    accent="#4a69e2",
    accent_hover="#3f5dd6",
    accent_pressed="#3550c0",
    on_accent="#ffffff",
    accent_soft="#222c4d",
    on_accent_soft="#b9c8ff",
    focus="#a6b9ff",
    danger_fill="#d2373c",
    danger_hover="#bd2b30",
    on_danger="#ffffff",
    tooltip="#343c4a",
    on_tooltip="#f2f4f8",
    success=TonePair("#7fdba2", "#123021"),
    warning=TonePair("#f3c56b", "#33270d"),
    danger=TonePair("#ffa39b", "#3c1816"),
    note=TonePair("#9cc1ff", "#15294a"),
)

HIGH_CONTRAST = Tokens(
    scheme=Scheme.HIGH_CONTRAST,
    canvas="#000000",
    surface="#000000",
    raised="#1c1c1c",
    well="#1c1c1c",
    hairline="#7a7a7a",
    edge="#ffffff",
    border="#ffffff",
    thumb="#ffffff",
    text="#ffffff",
    text_muted="#e6e6e6",
    text_faint="#cfcfcf",
    text_disabled="#8c8c8c",
    link="#ffe97a",
    accent="#ffe14d",
    accent_hover="#fff09c",
    accent_pressed="#e6c400",
    on_accent="#000000",
    accent_soft="#3a3300",
    on_accent_soft="#ffe97a",
    focus="#00e5ff",
    danger_fill="#ff9d94",
    danger_hover="#ffc0ba",
    on_danger="#000000",
    tooltip="#ffffff",
    on_tooltip="#000000",
    success=TonePair("#7dffae", "#00260f"),
    warning=TonePair("#ffd166", "#2b1e00"),
    danger=TonePair("#ffaaa3", "#330300"),
    note=TonePair("#a3cdff", "#001b3d"),
)


def tokens_of(scheme: Scheme) -> Tokens:
    """Return the colours of `scheme`."""
    match scheme:
        case Scheme.LIGHT:
            return LIGHT
        case Scheme.DARK:
            return DARK
        case Scheme.HIGH_CONTRAST:
            return HIGH_CONTRAST


def contrast(foreground: str, background: str) -> float:
    """Return the contrast ratio of two `#rrggbb` colours, 1.0 to 21.0.

    Source: WCAG 2.2, definition of contrast ratio and relative luminance.
    """
    lighter, darker = sorted((_luminance(foreground), _luminance(background)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def text_pairs(tokens: Tokens) -> Iterator[tuple[str, str, str]]:
    """Yield name, text colour and background of every pair text may be set in."""
    for surface in ("canvas", "surface", "raised", "well", "accent_soft"):
        for text in ("text", "text_muted", "text_faint"):
            yield f"{text} on {surface}", getattr(tokens, text), getattr(tokens, surface)
    for surface in ("canvas", "surface", "raised"):
        background = getattr(tokens, surface)
        yield f"link on {surface}", tokens.link, background
        for tone in Tone:
            yield f"{tone.value} on {surface}", tokens.tone(tone).foreground, background
    for tone in Tone:
        pair = tokens.tone(tone)
        yield f"{tone.value} on its own", pair.foreground, pair.background
        yield f"text on {tone.value}", tokens.text, pair.background
        yield f"text_muted on {tone.value}", tokens.text_muted, pair.background
    for tone in (Tone.WARNING, Tone.DANGER, Tone.NOTE, Tone.SUCCESS, Tone.ACCENT):
        yield f"link on {tone.value}", tokens.link, tokens.tone(tone).background
    for fill in ("accent", "accent_hover", "accent_pressed"):
        yield f"on_accent on {fill}", tokens.on_accent, getattr(tokens, fill)
    for fill in ("danger_fill", "danger_hover"):
        yield f"on_danger on {fill}", tokens.on_danger, getattr(tokens, fill)
    yield "on_tooltip on tooltip", tokens.on_tooltip, tokens.tooltip


def boundary_pairs(tokens: Tokens) -> Iterator[tuple[str, str, str]]:
    """Yield name, colour and background of every edge that marks a control."""
    for surface in ("canvas", "surface"):
        for edge in ("border", "focus", "accent", "danger_fill"):
            yield f"{edge} on {surface}", getattr(tokens, edge), getattr(tokens, surface)


def _luminance(colour: str) -> float:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
