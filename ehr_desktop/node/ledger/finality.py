"""The proof that a block is final: a quorum's certificate for it or for a block built on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from ehr_desktop.node.ledger.block import MAX_HEADER, Header
from ehr_desktop.node.ledger.codec import CodecError, decode, encode
from ehr_desktop.node.ledger.fields import Fields
from ehr_desktop.node.ledger.validators import ValidatorSet
from ehr_desktop.node.ledger.vote import (
    MAX_CERTIFICATE,
    Certificate,
    VoteKind,
    certificate_holds,
)

MAX_DESCENDANTS: Final = 64
MAX_FINALITY: Final = 48 * 1024
"""The longest proof on the wire, in bytes: with the longest block it fits a frame of 1 MiB."""

_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Finality:
    """What makes a block final.

    `headers` lead from the block's child to the block the certificate is for, oldest first;
    there are none if it is for the block itself.
    """

    headers: tuple[Header, ...]
    certificate: Certificate

    def encode(self) -> bytes:
        """Give what is sent and stored.

        Raises:
            CodecError: there are more headers or bytes than anybody would read.
        """
        encoded = encode(
            (
                _VERSION,
                tuple(header.encode() for header in self.headers),
                self.certificate.encode(),
            )
        )
        if len(self.headers) > MAX_DESCENDANTS or len(encoded) > MAX_FINALITY:
            raise CodecError("a proof of finality that is too long")
        return encoded

    @classmethod
    def decode(cls, encoded: bytes) -> "Finality":
        """Read a proof. Whether it holds is another question.

        Raises:
            CodecError: not the canonical bytes of such a proof within its bounds.
        """
        fields = Fields(decode(encoded, limit=MAX_FINALITY))
        fields.version(_VERSION)
        headers = Fields(fields.array(MAX_DESCENDANTS))
        certificate = Certificate.decode(fields.octets_up_to(MAX_CERTIFICATE))
        fields.end()
        return cls(
            tuple(Header.decode(headers.octets_up_to(MAX_HEADER)) for _ in range(headers.left)),
            certificate,
        )


def finality_holds(header: Header, finality: Finality, validators: ValidatorSet) -> bool:
    """Tell whether `finality` proves that the block of `header` is final.

    `validators` is the set of the block's epoch, which all its descendants here belong to.
    """
    chain = (header, *finality.headers)
    return (
        _is_one_chain(chain)
        and _is_about(finality.certificate, chain[-1])
        and certificate_holds(finality.certificate, validators)
    )


def _is_one_chain(chain: Sequence[Header]) -> bool:
    return all(
        child.parent == parent.id
        and (child.network, child.epoch) == (parent.network, parent.epoch)
        and child.height == parent.height + 1
        and child.slot > parent.slot
        for parent, child in pairwise(chain)
    )


def _is_about(certificate: Certificate, header: Header) -> bool:
    vote = certificate.vote
    about = (vote.kind, vote.network, vote.epoch, vote.slot, vote.block)
    return about == (VoteKind.FINAL, header.network, header.epoch, header.slot, header.id)
