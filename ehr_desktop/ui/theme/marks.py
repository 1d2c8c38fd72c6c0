"""The few icons a style sheet needs as files, one set for each scheme.

A style sheet can only name a file, and a file cannot follow a token. The files are
committed; run this module after a token has changed (a test notices).
"""

from collections.abc import Iterator
from pathlib import Path

from ehr_desktop.ui.theme.icons import recoloured
from ehr_desktop.ui.theme.resources import resource_path
from ehr_desktop.ui.theme.tokens import Scheme, tokens_of


def mark_path(scheme: Scheme, mark: str) -> Path:
    """Return where the mark `mark` of `scheme` lies."""
    return resource_path("icons", "marks", scheme.value, f"{mark}.svg")


def marks(scheme: Scheme) -> Iterator[tuple[str, bytes]]:
    """Yield name and SVG source of every mark of `scheme`."""
    tokens = tokens_of(scheme)
    for name in ("check", "minus"):
        drawn = recoloured(name, tokens.on_accent)
        yield name, drawn.replace(b'stroke-width="1.75"', b'stroke-width="3"')
    yield "menu-check", recoloured("check", tokens.text)
    for name in ("chevron-down", "chevron-up", "chevron-left", "chevron-right"):
        yield name, recoloured(name, tokens.text_muted)


def write_marks() -> None:
    """Write the marks of every scheme anew."""
    for scheme in Scheme:
        for name, drawn in marks(scheme):
            path = mark_path(scheme, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(drawn)


if __name__ == "__main__":
    write_marks()
