"""A team's view against the records: it is built anew beside it, and the two are compared."""

from pathlib import Path

from ehr_desktop.domain.ledger import FaultKind
from ehr_desktop.node.integrity.findings import Findings
from ehr_desktop.node.store.views.views import discard
from ehr_desktop.node.viewing.indexing import TeamIndex

_MOST_DECISIONS = 5
"""So often a view is looked at again because somebody has decided meanwhile."""


def check_view(home: Path, index: TeamIndex, findings: Findings) -> None:
    """Everything a team's view shows stands in a record, and nothing is left out.

    Raises:
        StoppedError: the person has cancelled.
    """
    pages = index.views.damaged_pages()
    if pages:
        findings.damaged(f"views-{index.team}.db", len(pages))
        return
    path = home / f"check-{index.team}.db"
    discard(path)
    fresh = index.beside(path)
    try:
        # what is written meanwhile is left for the next check; not so what patients decide, which
        # is about what was written before
        for _ in range(_MOST_DECISIONS):
            position, shown = index.views.snapshot()
            before = findings.done
            fresh.catch_up(
                {},
                lambda done, _total, before=before: findings.step(before + done - findings.done),  # type: ignore[misc]
                until=position,
            )
            if not fresh.is_decided_since(position):
                break
        expected = fresh.views.contents()
    finally:
        fresh.close()
        discard(path)
    for key in sorted(shown.keys() | expected.keys()):
        if shown.get(key) != expected.get(key):
            kind, name = key
            findings.fault(
                FaultKind.VIEW,
                f"{kind} {name}",
                "",
                f"What the {index.team} view shows of this is not what the record says.",
            )
