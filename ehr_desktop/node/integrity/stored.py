"""What is on the disk against what the ledger gives: state, containers, accounts, pages."""

from sqlalchemy import Connection

from ehr_desktop.domain.errors import HomeDamagedError
from ehr_desktop.domain.ledger import FaultKind
from ehr_desktop.node.integrity.chain import ChainCheck, Promised
from ehr_desktop.node.integrity.ended import Ended
from ehr_desktop.node.integrity.findings import Findings
from ehr_desktop.node.keys.accounts import open_account
from ehr_desktop.node.keys.records import vault_commitment
from ehr_desktop.node.ledger.merkle import node_hash
from ehr_desktop.node.pipeline.destroying import is_kept_for_difference
from ehr_desktop.node.reading import container_holds
from ehr_desktop.node.store import blocks, containers, secrets, state
from ehr_desktop.node.store.containers import ContainerFiles, StoredContainer
from ehr_desktop.node.store.engine import Database


def check_pages(database: Database, findings: Findings) -> None:
    """Every page of a database file is authentic and its tables are sound."""
    pages = database.damaged_pages()
    if pages:
        findings.damaged(database.path.name, len(pages))


def check_state(connection: Connection, chain: ChainCheck, findings: Findings) -> None:
    """The stored contract state is the one the transactions make."""
    stored = state.everything(connection)
    different = {key for key in stored.keys() | chain.state.keys()
                 if stored.get(key) != chain.state.get(key)}  # fmt: skip
    if different or set(state.load_tree(connection).nodes()) != set(chain.tree.nodes()):
        findings.fault(
            FaultKind.STATE,
            "contract state",
            "",
            f"{len(different)} value(s) of the contract state are not what the ledger gives.",
        )


def check_vault_keys(
    connection: Connection, chain: ChainCheck, ended: Ended, findings: Findings
) -> None:
    """Every vault key that is kept here is one the ledger commits to, and of nobody erased."""
    for patient, key in secrets.vault_keys(connection):
        if ended.is_erased(patient):
            findings.fault(
                FaultKind.VAULT_KEY,
                f"patient {patient.hex()}",
                "",
                "This patient was erased, but the key is still here.",
            )
        if (patient, vault_commitment(patient, key)) not in chain.vaults:
            findings.fault(
                FaultKind.VAULT_KEY,
                f"patient {patient.hex()}",
                "",
                "The key kept for this patient is not the one the ledger commits to.",
            )


def check_containers(
    database: Database,
    files: ContainerFiles,
    chain: ChainCheck,
    ended: Ended,
    present: set[bytes],
    site_secret: bytes,
    findings: Findings,
) -> None:
    """Every container the ledger commits to is there and unchanged, and no other is; what was to be
    destroyed is gone.

    Raises:
        StoppedError: the person has cancelled.
    """
    for commitment, promised in chain.promised.items():
        if commitment not in present:
            if promised.accepted and not ended.is_over(promised):
                findings.fault(
                    FaultKind.CONTAINER_MISSING,
                    promised.name,
                    promised.since,
                    "The ledger commits to this, but it is not in the store.",
                )
            continue
        with database.reading() as connection:
            stored = containers.container(connection, commitment)
        if stored is None or not _is_as_promised(stored, promised, files):
            findings.fault(
                FaultKind.CONTAINER_CHANGED,
                promised.name,
                promised.since,
                "The stored bytes of this are not the ones the ledger commits to.",
            )
        elif promised.name.startswith("account"):
            _check_account(stored, promised.name, site_secret, findings)
        if ended.is_over(promised):
            _check_kept(database, promised, commitment, ended, findings)
        findings.containers += 1
        findings.step()
    for commitment in present - chain.promised.keys():
        findings.fault(
            FaultKind.CONTAINER_UNKNOWN,
            f"container {commitment.hex()}",
            "",
            "This is in the store, but nothing in the ledger commits to it.",
        )


def _check_kept(
    database: Database, promised: Promised, commitment: bytes, ended: Ended, findings: Findings
) -> None:
    """What is to be gone may still wait for what replaces it, if that is not something else."""
    with database.reading() as connection:
        differs = promised.record is not None and is_kept_for_difference(
            connection, promised.record, promised.version, commitment
        )
    if differs:
        findings.fault(
            FaultKind.CONTAINER_CHANGED,
            promised.name,
            promised.since,
            "What was sealed in place of this is not the same record, so the old one was kept.",
        )
    elif ended.was_said(promised):
        findings.fault(
            FaultKind.CONTAINER_UNKNOWN,
            promised.name,
            promised.since,
            "This was to be destroyed, but it is still in the store.",
        )


def check_tree(connection: Connection, chain: ChainCheck, findings: Findings) -> None:
    """The stored nodes of the transaction tree, which proofs are made of, are those of its leaves.

    Memory: some 70 bytes a transaction.
    """
    wanted, level = chain.leaves, 0
    while wanted:
        if blocks.tree_level(connection, level) != wanted:
            findings.fault(
                FaultKind.ROOT,
                f"tree level {level}",
                "",
                "The stored tree of transactions is not the one the transactions make.",
            )
        wanted = [node_hash(left, right) for left, right in zip(*[iter(wanted)] * 2, strict=False)]
        level += 1


def _is_as_promised(stored: StoredContainer, promised: Promised, files: ContainerFiles) -> bool:
    if (stored.transaction, stored.size) != (promised.transaction, promised.size):
        return False
    named = promised.record, promised.version
    if promised.record is not None and (stored.record, stored.version) != named:
        return False
    return container_holds(stored, files)


def _check_account(
    stored: StoredContainer, name: str, site_secret: bytes, findings: Findings
) -> None:
    try:
        open_account(stored.sealed or b"", site_secret)
    except HomeDamagedError:
        findings.fault(FaultKind.ACCOUNT, name, "", "This account cannot be opened here.")
