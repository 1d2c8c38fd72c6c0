"""Runs every part of the check and reports."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime

from ehr_desktop.domain.errors import HomeDamagedError
from ehr_desktop.domain.ledger import CheckReport
from ehr_desktop.node.core import Core
from ehr_desktop.node.integrity.chain import ChainCheck
from ehr_desktop.node.integrity.ended import Ended
from ehr_desktop.node.integrity.findings import Findings, StoppedError
from ehr_desktop.node.integrity.stored import (
    check_containers,
    check_pages,
    check_state,
    check_tree,
    check_vault_keys,
)
from ehr_desktop.node.integrity.views import check_view
from ehr_desktop.node.store import containers, transactions
from ehr_desktop.node.viewing.indexing import TeamIndex


def full_check(
    core: Core,
    indexes: Sequence[TeamIndex],
    started: datetime,
    progress: Callable[[int, int], None],
    cancelled: Callable[[], bool],
) -> CheckReport:
    """Check everything; with open `indexes`, also that views and records agree.

    A cancelled check reports what it found so far and says that it is not complete. Runs for as
    long as it takes, on any thread but the node's loop.
    """
    begun = time.monotonic()
    findings = Findings(progress, cancelled)
    complete = True
    try:
        _run(core, indexes, findings)
    except StoppedError:
        complete = False
    except HomeDamagedError as error:
        if cancelled():
            # whoever asked has signed out, and their view was closed under the check
            complete = False
        else:
            findings.damaged(error.where, 1)
    return CheckReport(
        faults=tuple(findings.faults),
        blocks=findings.blocks,
        transactions=findings.transactions,
        signatures=findings.signatures,
        containers=findings.containers,
        records=findings.records,
        started=started,
        seconds=time.monotonic() - begun,
        complete=complete,
        views_checked=bool(indexes) and complete,
    )


def _run(core: Core, indexes: Sequence[TeamIndex], findings: Findings) -> None:
    check_pages(core.database, findings)
    # one state of the database for all of it: the clinic goes on working meanwhile
    with core.database.reading() as connection:
        final, pending, _ = transactions.counts(connection)
        present = containers.all_commitments(connection)
        findings.total = final + pending + len(present) * (1 + len(indexes))
        chain = ChainCheck(connection, findings)
        chain.run()
        check_state(connection, chain, findings)
        check_tree(connection, chain, findings)
        ended = Ended(chain, core.pipeline.device)
        check_vault_keys(connection, chain, ended, findings)
    check_containers(core.database, core.files, chain, ended, present, core.site_secret, findings)
    for index in indexes:
        check_view(core.home, index, findings)
