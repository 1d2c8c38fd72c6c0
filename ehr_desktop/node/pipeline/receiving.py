"""What other workstations send, checked and stored; and what they ask for."""

from collections.abc import Container, Mapping, Sequence
from typing import TYPE_CHECKING

from ehr_desktop.node.ledger.block import Block
from ehr_desktop.node.ledger.codec import CodecError
from ehr_desktop.node.ledger.finality import Finality, finality_holds
from ehr_desktop.node.ledger.transaction import Transaction, signatures_hold
from ehr_desktop.node.net.messages import CertifiedBlock, FeedHead
from ehr_desktop.node.pipeline.chain import founders_of
from ehr_desktop.node.pipeline.parcels import parcel
from ehr_desktop.node.pipeline.promises import (
    large,
    missing,
    missing_large,
    names_brought,
)
from ehr_desktop.node.store import blocks, transactions
from ehr_desktop.node.sync.port import Admission, Keeping, LargeContainer, Verdict

if TYPE_CHECKING:
    from ehr_desktop.node.pipeline.pipeline import Pipeline


class Receiving:
    """The store as the sync protocol sees it. Inside a turn, on the writer thread."""

    def __init__(self, pipeline: "Pipeline") -> None:
        self._pipeline = pipeline

    # --- transactions --------------------------------------------------------------------------

    def tip(self) -> tuple[int, bytes]:
        """Give height and id of the newest final block; height -1 before the first."""
        head = self._pipeline.chain.head
        return (head.height if head else -1), self._pipeline.chain.head_id

    def feeds(self) -> Mapping[bytes, FeedHead]:
        """Give the newest stored transaction of every device, pending or final, by device."""
        return self._pipeline.pool.heads(self._pipeline.connection)

    def devices(self) -> Sequence[bytes]:
        """Give the active workstations."""
        return [device.id for device in self._pipeline.devices if device.active]

    def transactions(self, device: bytes, first: int, last: int, most: int) -> list[bytes]:
        """Give a feed's transactions in order, as many as fit into `most` bytes, and one in any
        case.
        """
        wires: list[bytes] = []
        size = 0
        for wire in transactions.of_feed(self._pipeline.connection, device, first, last):
            size += len(wire)
            if wires and size > most:
                break
            wires.append(wire)
        return wires

    def admit(self, wires: Sequence[bytes]) -> list[Admission]:
        """Store transactions of others that continue a feed; one verdict each."""
        active = set(self.devices())
        # a proposed block may have brought them before their author did
        verified = self._pipeline.chain.verified()
        admissions = [self._admit(wire, active, verified) for wire in wires]
        self._pipeline.store_admitted()
        return admissions

    def _admit(
        self, wire: bytes, active: set[bytes], verified: Mapping[bytes, Transaction]
    ) -> Admission:
        pipeline = self._pipeline
        try:
            transaction = verified.get(wire) or Transaction.decode(wire)
        except CodecError:
            return Admission(Verdict.WRONG)
        payload = transaction.payload
        verdict = self._verdict(transaction, active, verified)
        if verdict is Verdict.STORED:
            pipeline.admit(transaction)
        return Admission(verdict, payload.device, payload.sequence)

    def _verdict(
        self, transaction: Transaction, active: set[bytes], verified: Container[bytes]
    ) -> Verdict:
        pipeline, payload = self._pipeline, transaction.payload
        if payload.network != pipeline.network:
            return Verdict.WRONG
        if payload.sequence <= pipeline.pool.feed(payload.device)[0]:
            known = transactions.is_stored(pipeline.connection, transaction.id)
            return Verdict.KNOWN if known else self._other(transaction)
        if payload.device == pipeline.device:
            return self._other(transaction)
        if payload.device not in active or pipeline.pool.is_crowded(payload.device):
            return Verdict.REFUSED
        if not pipeline.pool.continues(transaction):
            is_next = payload.sequence == pipeline.pool.feed(payload.device)[0] + 1
            return Verdict.FORK if is_next else Verdict.GAP
        holds = self._is_by_its_device(transaction) and (
            transaction.wire in verified or signatures_hold(transaction)
        )
        return Verdict.STORED if holds else Verdict.WRONG

    def _other(self, transaction: Transaction) -> Verdict:
        """Judge one that is unknown where another stands, or of this very device."""
        if not self._is_by_its_device(transaction) or not signatures_hold(transaction):
            return Verdict.WRONG
        is_own = transaction.payload.device == self._pipeline.device
        return Verdict.OWN if is_own else Verdict.FORK

    def _is_by_its_device(self, transaction: Transaction) -> bool:
        """Tell whether a signature is by the key of the device it names."""
        public = self._pipeline.public_key_of(transaction.payload.device)
        signers = {signature.key for signature in transaction.signatures}
        return public in signers

    # --- blocks --------------------------------------------------------------------------------

    def blocks(self, first: int, count: int, most: int) -> list[CertifiedBlock]:
        """Give final blocks from height `first` on, as many as fit into `most` bytes."""
        connection = self._pipeline.connection
        found: list[CertifiedBlock] = []
        size = 0
        for height, _, header, proof in blocks.rising(connection, first, count):
            content = blocks.content_at(connection, height, header)
            size += len(content) + len(proof)
            if found and size > most:
                break
            found.append(CertifiedBlock(content, proof))
        return found

    def accept_blocks(self, first: int, certified: Sequence[CertifiedBlock]) -> int:
        """Verify final blocks, the first of height `first`, and store them up to the first that
        does not hold; give how many hold.
        """
        taken = 0
        for place, one in enumerate(certified):
            if first + place <= self.tip()[0]:
                taken += 1
                continue
            if not self._accept(one, first + place):
                break
            taken += 1
        if taken:
            self._pipeline.follow_the_head()
        return taken

    def _accept(self, certified: CertifiedBlock, height: int) -> bool:
        pipeline, chain = self._pipeline, self._pipeline.chain
        try:
            block, finality = Block.decode(certified.block), Finality.decode(certified.certificate)
        except CodecError:
            return False
        if chain.head is not None:
            return self._is_next(block, finality, height)
        if block.header.id != pipeline.genesis:
            return False
        chain.validators = founders_of(block)
        if not self._is_next(block, finality, height):
            chain.validators = None
            return False
        return True

    def _is_next(self, block: Block, finality: Finality, height: int) -> bool:
        """Verify and store a block as the child of the head."""
        pipeline, chain = self._pipeline, self._pipeline.chain
        header = block.header
        if header.height != height or header.parent != chain.head_id:
            return False
        validators = chain.deciding_on(pipeline.connection, block)
        return (
            header.network == pipeline.network
            and validators is not None
            and finality_holds(header, finality, validators)
            and chain.extend(pipeline.connection, block, pipeline.pool.by_wire) is not None
            and pipeline.store_final(block, finality)
        )

    # --- what transactions bring ---------------------------------------------------------------

    def brought(self, wires: Sequence[bytes]) -> list[bytes]:
        """Give the names of the small parcels that these transactions bring."""
        waiting = self._pipeline.pool.by_wire
        return names_brought([waiting.get(wire) or Transaction.decode(wire) for wire in wires])

    def missing(self, after: bytes, limit: int) -> list[bytes]:
        """Give names of promised small parcels that are not here, ascending, above `after`."""
        return missing(self._pipeline.connection, after, limit)

    def parcel(self, name: bytes) -> bytes | None:
        """Give a small parcel's bytes, if it is here."""
        return parcel(self._pipeline.connection, self._pipeline.files, name)

    def keep_parcel(self, parcel: bytes) -> tuple[Keeping, bytes]:
        """Verify a parcel and store it if a stored transaction names it; give its name too."""
        return self._pipeline.keep_parcel(parcel)

    def missing_large(self, after: bytes, limit: int) -> list[LargeContainer]:
        """Give promised large containers that are not here, ascending by name, above `after`."""
        return missing_large(self._pipeline.connection, after, limit)

    def large(self, name: bytes) -> LargeContainer | None:
        """Give a promised large container that is not here, by name."""
        return large(self._pipeline.connection, name)
