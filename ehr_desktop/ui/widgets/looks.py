"""Dynamic properties the style sheet looks at, and tooltips that never become markup."""

from html import escape

from PySide6.QtWidgets import QWidget


def set_look(widget: QWidget, name: str, value: str) -> None:
    """Set the property `name` (`look`, `level`, `tone`, `invalid`) and restyle `widget`."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    # Qt reads properties when it polishes a widget and never again by itself.
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def set_plain_tooltip(widget: QWidget, text: str) -> None:
    """Show `text` as typed: a bare tooltip that looks like markup would be rendered as such."""
    widget.setToolTip(f"<span>{escape(text)}</span>" if text else "")
