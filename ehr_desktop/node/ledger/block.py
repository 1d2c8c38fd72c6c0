"""Blocks: an ordered batch of transactions under a header that commits to everything before it."""

from dataclasses import dataclass
from typing import Final

from ehr_desktop.node.crypto.hashes import HASH_SIZE, digest
from ehr_desktop.node.ledger.codec import CodecError, decode, encode
from ehr_desktop.node.ledger.fields import Fields
from ehr_desktop.node.ledger.transaction import ID_SIZE, MAX_TRANSACTION

NO_PARENT: Final = bytes(HASH_SIZE)
MAX_BLOCK_TRANSACTIONS: Final = 4096
MAX_BLOCK: Final = 960 * 1024
"""The longest block on the wire, in bytes: with its certificate it fits a frame of 1 MiB."""
MAX_PROOF: Final = 4096
MAX_HEADER: Final = MAX_PROOF + 512

_VERSION: Final = 1
_ID_LABEL: Final = "ehr/block/v1"


@dataclass(frozen=True, slots=True)
class Header:
    """What a block commits to.

    `tree_size` and `merkle_root` are over all final transactions up to and including this
    block's; `transactions` counts this block's; `state_root` is the state after the parent, so
    before this block; `validators` is the hash of the validator set; `time_ms` is UTC
    milliseconds; `proof` is what entitles the proposer, empty where the slot alone does.
    Hashes have 32 bytes, the proposer's device id 16.
    """

    network: bytes
    height: int
    slot: int
    epoch: int
    parent: bytes
    tree_size: int
    merkle_root: bytes
    transactions: int
    state_root: bytes
    validators: bytes
    time_ms: int
    proposer: bytes
    proof: bytes = b""

    @property
    def id(self) -> bytes:
        """The block's name: 32 bytes over the whole header."""
        return digest(_ID_LABEL, self.encode())

    def encode(self) -> bytes:
        """Give the header's bytes.

        Raises:
            CodecError: a field has no encoding.
        """
        return encode(
            (
                _VERSION,
                self.network,
                self.height,
                self.slot,
                self.epoch,
                self.parent,
                self.tree_size,
                self.merkle_root,
                self.transactions,
                self.state_root,
                self.validators,
                self.time_ms,
                self.proposer,
                self.proof,
            )
        )

    @classmethod
    def decode(cls, encoded: bytes) -> "Header":
        """Read a header.

        Raises:
            CodecError: not the canonical bytes of a header within its bounds.
        """
        fields = Fields(decode(encoded, limit=MAX_HEADER))
        fields.version(_VERSION)
        header = cls(
            network=fields.octets(HASH_SIZE),
            height=fields.integer(),
            slot=fields.integer(),
            epoch=fields.integer(),
            parent=fields.octets(HASH_SIZE),
            tree_size=fields.integer(),
            merkle_root=fields.octets(HASH_SIZE),
            transactions=fields.integer(high=MAX_BLOCK_TRANSACTIONS),
            state_root=fields.octets(HASH_SIZE),
            validators=fields.octets(HASH_SIZE),
            time_ms=fields.integer(),
            proposer=fields.octets(ID_SIZE),
            proof=fields.octets_up_to(MAX_PROOF),
        )
        fields.end()
        return header


@dataclass(frozen=True, slots=True)
class Block:
    """A header and its transactions, each as the bytes that were received."""

    header: Header
    transactions: tuple[bytes, ...]

    def encode(self) -> bytes:
        """Give what is sent and stored.

        Raises:
            CodecError: a field has no encoding, or the block is longer than `MAX_BLOCK`.
        """
        encoded = encode((self.header.encode(), self.transactions))
        if len(encoded) > MAX_BLOCK:
            raise CodecError(f"longer than {MAX_BLOCK} bytes")
        return encoded

    @classmethod
    def decode(cls, wire: bytes) -> "Block":
        """Read a block. The transactions in it are bounded but not decoded yet.

        Raises:
            CodecError: not the canonical bytes of a block within its bounds.
        """
        fields = Fields(decode(wire, limit=MAX_BLOCK, elements=MAX_BLOCK_TRANSACTIONS + 2))
        header = Header.decode(fields.octets_up_to(MAX_HEADER))
        entries = Fields(fields.array(MAX_BLOCK_TRANSACTIONS))
        fields.end()
        transactions = tuple(entries.octets_up_to(MAX_TRANSACTION) for _ in range(entries.left))
        return cls(header, transactions)
