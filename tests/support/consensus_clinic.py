"""Validators with real keys, and a core among them that is told one event at a time."""

from dataclasses import dataclass, field

from ehr_desktop.node.consensus.effects import StoreVote
from ehr_desktop.node.consensus.events import CandidateChecked, MessageReceived, VoteStored
from ehr_desktop.node.consensus.messages import Candidate, Epoch, Proposal
from ehr_desktop.node.consensus.proposers import Authority
from ehr_desktop.node.consensus.simplex import Simplex
from ehr_desktop.node.consensus.timing import Timing
from ehr_desktop.node.crypto.hashes import sha256
from ehr_desktop.node.crypto.sign import SigningKey
from ehr_desktop.node.ledger.codec import CodecError, decode, encode
from ehr_desktop.node.ledger.transaction import device_id_of
from ehr_desktop.node.ledger.validators import Validator, ValidatorSet
from ehr_desktop.node.ledger.vote import (
    NO_BLOCK,
    Certificate,
    Vote,
    VoteKind,
    sign_vote,
    vote_holds,
)

NETWORK = sha256(b"a network")
BASE = sha256(b"genesis")
NOTAR, SKIP, FINAL = VoteKind.NOTAR, VoteKind.SKIP, VoteKind.FINAL


class LedgerVerifier:
    def holds(self, signed, validators):
        return vote_holds(signed, validators)


class LedgerSigner:
    def __init__(self, key):
        self.key = key

    def sign(self, vote):
        return sign_vote(vote, self.key)


class PlainReader:
    def read(self, content):
        try:
            epoch, slot, parent, proposer, transactions = decode(content)
        except CodecError:
            return None
        return Candidate(epoch, slot, parent, sha256(content), proposer, not transactions, content)


READER = PlainReader()


@dataclass
class Clinic:
    """Validators in leader order, and one core among them."""

    size: int
    proposers: object = field(default_factory=Authority)

    def __post_init__(self):
        keys = [SigningKey(sha256(b"%d" % number)) for number in range(self.size)]
        self.keys = sorted(keys, key=lambda key: device_id_of(key.public))
        self.devices = [device_id_of(key.public) for key in self.keys]
        self.set = ValidatorSet.of(
            Validator(device, key.public, 1)
            for device, key in zip(self.devices, self.keys, strict=True)
        )
        self.epoch = Epoch(0, self.set, BASE)

    def core(self, number, epoch=None):
        return Simplex(
            network=NETWORK,
            me=self.devices[number],
            signer=LedgerSigner(self.keys[number]),
            verifier=LedgerVerifier(),
            reader=READER,
            proposers=self.proposers,
            timing=Timing(),
            epoch=epoch or self.epoch,
        )

    def block(self, slot, parent=BASE, proposer=None, transactions=(1,), epoch=0):
        by = self.devices[slot % self.size if proposer is None else proposer]
        return READER.read(encode((epoch, slot, parent, by, transactions)))

    def vote(self, number, kind, slot, block=NO_BLOCK, epoch=0):
        return sign_vote(Vote(NETWORK, epoch, kind, slot, block), self.keys[number])

    def certificate(self, kind, slot, block=NO_BLOCK, signers=(0, 1, 2), epoch=0):
        votes = [self.vote(number, kind, slot, block, epoch) for number in signers]
        return Certificate.of(votes[0].vote, {v.validator: v.signature for v in votes})

    def proposal(self, candidate):
        number = self.devices.index(candidate.proposer)
        vote = self.vote(number, NOTAR, candidate.slot, candidate.block, candidate.epoch)
        return Proposal(vote, candidate.content)

    def told(self, core, number, message):
        return core.handle(MessageReceived(self.devices[number], message))


def of(kind, effects):
    return [effect for effect in effects if isinstance(effect, kind)]


def stored(core, effects):
    """Confirm every vote the effects ask to store, and give what comes of it."""
    return [
        e for entry in of(StoreVote, effects) for e in core.handle(VoteStored(entry.signed.vote))
    ]


def accept(clinic, core, candidate):
    """Let a core receive a block and find it valid; give what it wants to vote."""
    clinic.told(core, clinic.devices.index(candidate.proposer), clinic.proposal(candidate))
    return core.handle(CandidateChecked(candidate.block, True))
