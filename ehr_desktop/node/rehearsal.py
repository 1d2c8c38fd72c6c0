"""What would become of statements, run on what is expected, before anybody signs for them.

While too few workstations are there to make anything final, a refusal would otherwise come hours
later: a time that is taken as far as this workstation knows is refused at once and never signed.
"""

from collections.abc import Sequence

from sqlalchemy import Connection

from ehr_desktop.domain.errors import RefusedError
from ehr_desktop.domain.ids import TransactionId
from ehr_desktop.domain.ledger import Outcome, TransactionState
from ehr_desktop.domain.people import Role
from ehr_desktop.node.contracts.execute import CONTRACTS
from ehr_desktop.node.contracts.rules import Context, Refusal
from ehr_desktop.node.contracts.shapes import plain
from ehr_desktop.node.contracts.state import State, StateReader
from ehr_desktop.node.core import Core
from ehr_desktop.node.ledger.codec import decode, encode
from ehr_desktop.node.ledger.transaction import NO_PREVIOUS, ContainerRef, Payload
from ehr_desktop.node.pipeline.unsigned import Unsigned

_NETWORK = bytes(32)
_NO_TRANSACTION = bytes(32)


def refuse_early(core: Core, connection: Connection, wanted: Sequence[Unsigned]) -> None:
    """Refuse what would be refused; nothing is checked while it could be final in a moment.

    Raises:
        RefusedError: a contract would refuse one of `wanted`; its outcome names no transaction.
    """
    if core.has_quorum():
        return
    value = core.pipeline.value_here(connection)
    height, now_ms = core.pipeline.expected.next_block()
    state = State(lambda place: _encoded(value, place))
    for unsigned in wanted:
        member = value("member", unsigned.person)
        role = Role(member[0]) if member else None
        try:
            contract = CONTRACTS[unsigned.statement.KIND]
            context = Context(
                state, _payload(unsigned, now_ms), height, role, now_ms, _NO_TRANSACTION
            )
            contract(unsigned.statement, context)
        except Refusal as refusal:
            nothing = TransactionId("")
            outcome = Outcome(nothing, TransactionState.REFUSED, refusal.rule, refusal.details)
            raise RefusedError(outcome) from refusal


def _encoded(value: StateReader, place: bytes) -> bytes | None:
    parts = decode(place)
    assert isinstance(parts, list | tuple)
    found = value(*parts)
    return None if found is None else encode(plain(found))


def _payload(unsigned: Unsigned, now_ms: int) -> Payload:
    """Give what a contract looks at of a transaction that is not signed yet."""
    return Payload(
        network=_NETWORK,
        kind=unsigned.statement.KIND,
        device=b"",
        person=unsigned.person,
        sequence=1,
        previous=NO_PREVIOUS,
        valid_until=0,
        time_ms=now_ms,
        body=unsigned.statement.body(),
        containers=tuple(ContainerRef(c.commitment, c.size) for c in unsigned.containers),
    )
