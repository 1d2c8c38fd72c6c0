"""Watches a simulated world and notes every broken promise."""

from collections import Counter
from typing import TYPE_CHECKING

from ehr_desktop.node.consensus.effects import (
    Conflict,
    Distrust,
    Effect,
    Evidence,
    Finalize,
    ForgottenVote,
)
from ehr_desktop.node.consensus.messages import Proposal
from ehr_desktop.node.ledger.validators import ValidatorSet
from ehr_desktop.node.ledger.vote import Certificate, SignedVote, VoteKind, contradict
from tests.simulation.paper import GENESIS

if TYPE_CHECKING:
    from tests.simulation.workstation import Workstation
    from tests.simulation.world import World


class Referee:
    """The invariants. `broken` counts violations by the invariant's name; `first` has the text of
    the first of each."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.broken: Counter[str] = Counter()
        self.first: dict[str, str] = {}
        self.accused: set[bytes] = set()
        self.caught: set[bytes] = set()
        self._ledger: list[bytes] = []
        self._heights: dict[bytes, int] = {GENESIS: 0}
        self._first_hand: dict[tuple[bytes, int, int], list[tuple[float, SignedVote]]] = {}
        self._told: dict[tuple[bytes, int], dict[tuple[bytes, int, int], list[SignedVote]]] = {}

    def breaks(self, invariant: str, text: str) -> None:
        self.broken[invariant] += 1
        self.first.setdefault(invariant, f"{self.world.now:.3f} s: {text}")

    # --- while it runs -----------------------------------------------------------------------

    def finalized(self, workstation: "Workstation", final: Finalize) -> None:
        if not workstation.honest:
            return
        if not self.certificate_holds(final.certificate, workstation.disk.epoch.validators):
            self.breaks("certificate", f"{workstation.me!r} made a head final without a quorum")
        if final.certificate.vote.block != (final.tail or final.chain)[-1].block:
            self.breaks("certificate", f"{workstation.me!r} has a certificate for another block")
        for candidate in final.chain:
            self._check_block(workstation, candidate.block)
        for candidate in final.tail:
            if not candidate.empty:
                self.breaks("epoch", "a block with transactions stands after the end of its epoch")

    def _check_block(self, workstation: "Workstation", block: bytes) -> None:
        sheet = self.world.reader.sheet(block)
        if sheet.parent not in self._heights:
            self.breaks(
                "agreement", f"{workstation.me!r} made {block.hex()[:8]} final on no final block"
            )
            return
        height = self._heights[sheet.parent]
        if height < len(self._ledger):
            if self._ledger[height] != block:
                self.breaks("agreement", f"two final blocks at height {height + 1}")
            return
        self._ledger.append(block)
        self._heights[block] = height + 1
        members = self.world.validators(sheet.epoch)
        leader = self.world.workstations[workstation.me].core._term.leader(sheet.slot)
        if not sheet.valid:
            self.breaks("validity", "an invalid block is final")
        if members.find(sheet.proposer) is None or leader not in (None, sheet.proposer):
            self.breaks("proposer", "a block by somebody whose turn it was not is final")

    def certificate_holds(self, certificate: Certificate, validators: ValidatorSet) -> bool:
        signers = dict(certificate.signatures)
        weight = sum(m.weight for m in validators.members if m.device in signers)
        return (
            len(signers) == len(certificate.signatures)
            and certificate.vote.kind is VoteKind.FINAL
            and weight >= validators.quorum
            and all(
                self.world.seals.holds(SignedVote(certificate.vote, *entry), validators)
                for entry in certificate.signatures
            )
        )

    def told(self, workstation: "Workstation", effect: Effect) -> None:
        """An honest core tells its node something no other part of the simulation deals with."""
        if not workstation.honest:
            return
        match effect:
            case Evidence(first, second):
                liar = first.validator
                self.accused.add(liar)
                sound = liar == second.validator and contradict(first.vote, second.vote)
                if self.world.workstations[liar].honest or not sound:
                    self.breaks("accusation", f"{liar!r} accused: {first.vote} and {second.vote}")
            case Distrust(peer):
                if self.world.workstations[peer].honest:
                    self.breaks("accusation", f"{peer!r} distrusted")
            case ForgottenVote():
                self.breaks("accusation", f"{workstation.me!r} has forgotten a vote")
            case Conflict(certificate):
                self.breaks("agreement", f"{workstation.me!r} cannot reconcile {certificate.vote}")

    def delivered(self, receiver: "Workstation", sender: bytes, message: object) -> None:
        """Keep what liars told whom, to know what must be found out."""
        if isinstance(message, Proposal):
            message = message.vote
        if not isinstance(message, SignedVote) or not self.world.plan.liars:
            return
        liar = self.world.workstations.get(message.validator)
        term = receiver.core._term
        if liar is None or liar.honest or message.vote.epoch != term.epoch.number or term.closed:
            return
        near = 0 < message.vote.slot - term.head.slot <= 60
        if not near or not self.world.seals.holds(message, term.epoch.validators):
            return
        heard = self._told.setdefault((receiver.me, receiver.life), {})
        votes = heard.setdefault((message.validator, message.vote.epoch, message.vote.slot), [])
        if any(contradict(earlier.vote, message.vote) for earlier in votes):
            self.caught.add(message.validator)
        votes.append(message)
        # notes are compared within an epoch; where one may end, nobody can be held to it
        if (
            sender == message.validator
            and not self.world.trouble
            and self.world.drop == 0
            and len(self.world.sets) == 1
        ):
            place = (message.validator, message.vote.epoch, message.vote.slot)
            self._first_hand.setdefault(place, []).append((self.world.now, message))

    # --- at the end --------------------------------------------------------------------------

    def is_settled(self) -> bool:
        """Tell whether every honest workstation has everything final, the same, and is at rest."""
        honest = self.world.honest
        if len(self.world.submitted) == 0 or self.world.now < 9.5:
            return False
        everything = set(self.world.submitted)
        done = all(w.is_at_rest() and not w.lacking(everything) for w in honest)
        return done and (bool(self.world.plan.liars) or not any(w.timers for w in honest))

    def expose(self) -> None:
        """Add the liars who told different workstations different things in good weather, early
        enough for these to compare notes.
        """
        enough = self.world.now - 2.0
        for (liar, _, _), heard in self._first_hand.items():
            votes = [signed.vote for when, signed in heard if when < enough]
            if any(contradict(one, other) for one in votes for other in votes):
                self.caught.add(liar)

    def judge_end(self) -> None:
        self.expose()
        honest = self.world.honest
        everything = set(self.world.submitted)
        waiting = {number for w in honest for number in w.lacking(everything)}
        if waiting:
            self.breaks("progress", f"{len(waiting)} transactions are not everywhere")
        elif not self.world.plan.liars and any(w.timers for w in honest):
            self.breaks("rest", "timers run although there is nothing to order")
        for workstation in honest:
            if not waiting and not workstation.is_at_rest():
                self.breaks("copies", f"something is still missing at {workstation.me!r}")
        counted = Counter(n for b in self._ledger for n in self.world.reader.sheet(b).transactions)
        if any(times > 1 for times in counted.values()):
            self.breaks("validity", "a transaction is final twice")
        if not self.caught <= self.accused:
            self.breaks("evidence", f"{self.caught - self.accused} lied and were not found out")
