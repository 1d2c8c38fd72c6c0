"""The Qt palette of a scheme, and the way back from a palette to its scheme."""

from PySide6.QtGui import QColor, QGuiApplication, QPalette

from ehr_desktop.ui.theme.tokens import Scheme, Tokens, tokens_of


def palette_of(tokens: Tokens) -> QPalette:
    """Return the palette that says all of `tokens` a palette can say."""
    role = QPalette.ColorRole
    palette = QPalette()
    for which, colour in (
        (role.Window, tokens.canvas),
        (role.WindowText, tokens.text),
        (role.Base, tokens.surface),
        (role.AlternateBase, tokens.raised),
        (role.Text, tokens.text),
        (role.PlaceholderText, tokens.text_faint),
        (role.Button, tokens.surface),
        (role.ButtonText, tokens.text),
        (role.BrightText, tokens.danger.foreground),
        (role.Highlight, tokens.accent),
        (role.HighlightedText, tokens.on_accent),
        (role.Accent, tokens.accent),
        (role.Link, tokens.link),
        (role.LinkVisited, tokens.link),
        (role.ToolTipBase, tokens.tooltip),
        (role.ToolTipText, tokens.on_tooltip),
        (role.Light, tokens.surface),
        (role.Midlight, tokens.raised),
        (role.Mid, tokens.hairline),
        (role.Dark, tokens.border),
        (role.Shadow, tokens.border),
    ):
        palette.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText, role.PlaceholderText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(tokens.text_disabled))
    return palette


def worn_tokens() -> Tokens:
    """Return the tokens of the scheme the application wears now.

    The application's palette is the only place that remembers it, so what is painted
    can never disagree with what Qt paints. Before a theme is applied: light.
    """
    canvas = QGuiApplication.palette().color(QPalette.ColorRole.Window).name()
    return next(
        (tokens for scheme in Scheme if (tokens := tokens_of(scheme)).canvas == canvas),
        tokens_of(Scheme.LIGHT),
    )
