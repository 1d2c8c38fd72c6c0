"""A workstation that lies: it follows the protocol well enough to do harm, and signs anything."""

from typing import TYPE_CHECKING

from ehr_desktop.node.consensus.effects import Broadcast, Effect, Propose, Send, StoreVote
from ehr_desktop.node.consensus.messages import BlockReply, BlockRequest, Proposal, Standing
from ehr_desktop.node.ledger.vote import NO_BLOCK, Certificate, SignedVote, Vote, VoteKind
from tests.simulation.paper import NETWORK, Sheet
from tests.simulation.workstation import Workstation

if TYPE_CHECKING:
    from tests.simulation.world import World


class Liar(Workstation):
    """Tells different stories, votes for everything, keeps silent, sends rubbish; which of them
    and how often is drawn from the seed."""

    honest = False

    def __init__(self, world: "World", me: bytes) -> None:
        super().__init__(world, me)
        draw = world.random
        self.whispers = draw.random() < 0.5
        self.two_stories = draw.choice([0.0, 0.5, 1.0])
        self.votes_for_all = draw.choice([0.0, 0.3, 0.9])
        self.silence = draw.choice([0.0, 0.0, 0.3, 0.9])
        self.rubbish = draw.choice([0.0, 0.2])
        self.old_parents = draw.choice([0.0, 0.9])
        self.out_of_turn = draw.choice([0.0, 0.1])
        if self.whispers:
            self.two_stories, self.silence = 1.0, 0.0
            self.votes_for_all = self.rubbish = self.old_parents = self.out_of_turn = 0.0
        self.heard: list[object] = []
        self.forked: set[tuple[int, int]] = set()

    # --- lies about blocks -------------------------------------------------------------------

    def build(self, wish: Propose) -> None:
        draw = self.world.random
        if draw.random() < self.two_stories:
            self.propose_twice(wish.epoch, wish.slot, wish.parent)
        elif draw.random() < self.old_parents:
            self.propose_on_old(wish.slot)
        else:
            super().build(wish)

    def propose_twice(self, epoch: int, slot: int, parent: bytes) -> None:
        taken = self.ancestry(parent) or set()
        fresh = tuple(number for number in self.disk.pool if number not in taken)
        sheets = [
            Sheet(epoch, slot, parent, self.me, fresh, salt=1),
            Sheet(epoch, slot, parent, self.me, fresh[:1], salt=2),
        ]
        proposals = [self.proposal(sheet) for sheet in sheets]
        split = self.world.random.randrange(2 ** len(self.peers()))
        for number, peer in enumerate(self.peers()):
            self.world.send(self, peer, proposals[split >> number & 1])
        if self.whispers:
            return
        for proposal in proposals:
            self.support(proposal.vote.vote)

    def propose_on_old(self, slot: int) -> None:
        """Build past what was notarized, or past slots that were not skipped."""
        term, draw = self.core._term, self.world.random
        right = term.slots.parent().block
        parents = [term.head.block] + [c.block for c in term.candidates if c.slot < slot]
        parents = [parent for parent in parents if parent != right] or parents
        sheet = Sheet(
            term.epoch.number,
            slot,
            draw.choice(parents),
            self.me,
            (draw.randrange(500_000, 600_000),),
            valid=draw.random() < 0.8,
            salt=draw.randrange(100),
        )
        proposal = self.proposal(sheet)
        for peer in self.peers():
            self.world.send(self, peer, proposal)
        self.support(proposal.vote.vote)

    def fork(self) -> None:
        """When it is one's turn and the last block is not final, build beside it."""
        term = self.core._term
        place = (term.epoch.number, term.slots.open)
        mine = term.leader(term.slots.open) in (None, self.me)
        if mine and term.slots.parent() != term.head and place not in self.forked:
            self.forked.add(place)
            if self.world.random.random() < self.old_parents:
                self.propose_on_old(term.slots.open)

    def proposal(self, sheet: Sheet) -> Proposal:
        content = sheet.write()
        candidate = self.world.reader.read(content)
        vote = Vote(NETWORK, sheet.epoch, VoteKind.NOTAR, sheet.slot, candidate.block)
        return Proposal(self.sign(vote), content)

    # --- lies about votes --------------------------------------------------------------------

    def sign(self, vote: Vote) -> SignedVote:
        return self.world.seals.signer(self.me).sign(vote)

    def support(self, about: Vote) -> None:
        """Notarize it, make it final and skip it, each to whoever happens to listen."""
        votes = [
            Vote(NETWORK, about.epoch, VoteKind.NOTAR, about.slot, about.block),
            Vote(NETWORK, about.epoch, VoteKind.FINAL, about.slot, about.block),
            Vote(NETWORK, about.epoch, VoteKind.SKIP, about.slot, NO_BLOCK),
        ]
        for vote in votes:
            signed = self.sign(vote)
            for peer in self.peers():
                if self.world.random.random() < 0.7:
                    self.world.send(self, peer, signed)

    def receive(self, peer: bytes, message: object) -> None:
        draw = self.world.random
        if isinstance(message, SignedVote | Certificate | Proposal):
            self.heard.append(message)
            self.heard = self.heard[-200:]
        vote = message.vote.vote if isinstance(message, Proposal) else None
        if vote is not None and draw.random() < self.votes_for_all:
            self.support(vote)
        # provoked by honest ones only: liars who egg each other on drown the world without end
        if draw.random() < self.out_of_turn and self.world.workstations[peer].honest:
            self.propose_on_old(self.core._term.slots.open)
        self.fork()
        if draw.random() < self.rubbish:
            self.send_rubbish(draw.choice(self.peers()))
        if not (isinstance(message, BlockRequest) and draw.random() < self.silence):
            super().receive(peer, message)

    def do(self, effect: Effect) -> None:
        asks = isinstance(effect, Send) and isinstance(effect.message, BlockRequest)
        if isinstance(effect, Send | Broadcast) and self.whispers and not asks:
            return
        if isinstance(effect, StoreVote) and self.world.random.random() < self.votes_for_all:
            self.support(effect.signed.vote)
        if isinstance(effect, Send) and self.world.random.random() < self.silence:
            return
        super().do(effect)

    # --- rubbish -----------------------------------------------------------------------------

    def send_rubbish(self, peer: bytes) -> None:
        draw, term = self.world.random, self.core._term
        epoch, slot = term.epoch.number, term.slots.open
        victim = draw.choice(self.peers())
        block = draw.randbytes(32)
        vote = Vote(NETWORK, epoch, draw.choice(list(VoteKind)), slot, block)
        message = draw.choice(
            [
                SignedVote(vote, victim, draw.randbytes(8)),
                SignedVote(vote, draw.randbytes(16), self.world.seals.tag(self.me, vote)),
                self.stranger_vote(vote),
                self.sign(Vote(NETWORK, epoch, VoteKind.FINAL, slot + 10**9, block)),
                self.sign(Vote(NETWORK, epoch + 1, VoteKind.NOTAR, slot, block)),
                self.sign(Vote(draw.randbytes(32), epoch, VoteKind.NOTAR, slot, block)),
                self.false_certificate(),
                self.false_certificate(),
                self.false_certificate(),
                Proposal(self.sign(vote), draw.randbytes(40)),
                BlockReply(draw.randbytes(40)),
                BlockRequest(block),
                Standing(epoch, draw.choice([-1, slot, 10**9]), slot),
                draw.choice(self.heard) if self.heard else BlockRequest(block),
            ]
        )
        self.world.send(self, peer, message)

    def stranger_vote(self, vote: Vote) -> SignedVote:
        """A vote by a key of the liar's own that nobody enrolled."""
        stranger = b"stranger".ljust(16, b"!")
        return SignedVote(vote, stranger, self.world.seals.tag(stranger, vote))

    def false_certificate(self) -> Certificate:
        """A certificate for a block of one's own: too few signers, one signer twice, or strangers."""
        draw, term = self.world.random, self.core._term
        blocks = [candidate.block for candidate in term.candidates] or [draw.randbytes(32)]
        vote = Vote(
            NETWORK,
            term.epoch.number,
            draw.choice(list(VoteKind)),
            term.slots.open,
            draw.choice(blocks),
        )
        mine = (self.me, self.sign(vote).signature)
        strangers = tuple(
            (key, self.world.seals.tag(key, vote)) for key in (b"stranger%8d" % n for n in range(4))
        )
        forged = tuple((peer, draw.randbytes(8)) for peer in self.peers())
        return Certificate(
            vote, draw.choice([(mine,), (mine,) * 7, (mine, *strangers), (mine, *forged)])
        )

    def peers(self) -> list[bytes]:
        return [peer for peer in self.world.workstations if peer != self.me]
