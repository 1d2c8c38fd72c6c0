"""Planted rule changes: each is one rule of the core, or of the node that carries out its effects,
left out or bent. The simulation must find every one."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from ehr_desktop.node.consensus.admission import Admission
from ehr_desktop.node.consensus.ballots import Ballots
from ehr_desktop.node.consensus.candidates import Verdict
from ehr_desktop.node.consensus.effects import StoreVote
from ehr_desktop.node.consensus.events import CandidateChecked, Timer, VoteStored
from ehr_desktop.node.consensus.messages import Epoch, Head
from ehr_desktop.node.consensus.own_votes import OwnVotes
from ehr_desktop.node.consensus.pacing import Pacing
from ehr_desktop.node.consensus.simplex import Simplex
from ehr_desktop.node.consensus.slots import Slots
from ehr_desktop.node.consensus.term import Term
from ehr_desktop.node.consensus.timing import Timing
from ehr_desktop.node.ledger.vote import NO_BLOCK, SignedVote, VoteKind
from tests.simulation.workstation import Workstation


@dataclass(frozen=True, slots=True)
class Mutant:
    """A rule change, and the kind of workstation that has it."""

    name: str
    workstation: type[Workstation]


def core(name: str, core_class: type[Simplex]) -> Mutant:
    return Mutant(name, type("Mutated", (Workstation,), {"core_class": core_class}))


def part(name: str, replacement: type[Any], where: str = "") -> Mutant:
    """Exchange one object of a term (or the term itself) for another class."""

    class Mutated(Simplex):
        def _new_term(self, *args: Any) -> Term:
            term = super()._new_term(*args)
            (getattr(term, where) if where else term).__class__ = replacement
            return term

    return core(name, Mutated)


def swapped(name: str, where: str, replacement: type[Any]) -> Mutant:
    """Exchange one object of the core itself."""

    class Mutated(Workstation):
        def new_core(self, epoch: Epoch) -> Simplex:
            made = super().new_core(epoch)
            getattr(made, where).__class__ = replacement
            return made

    return Mutant(name, Mutated)


# --- counting ------------------------------------------------------------------------------


class LowQuorum(Ballots):
    def is_quorum(self, validators: Any) -> bool:
        return sum(self._weights.get(device, 0) for device in validators) >= self._quorum - 1


class HeadCount(Ballots):
    def is_quorum(self, validators: Any) -> bool:
        heads = len(self._weights)
        return len(validators) >= (heads + (heads - 1) // 3) // 2 + 1


class EverybodyCounts(Ballots):
    def is_quorum(self, validators: Any) -> bool:
        return sum(self._weights.get(device, 1) for device in validators) >= self._quorum


class NoContradictions(Ballots):
    def add(self, signed: SignedVote) -> None:
        if super().add(signed) is not None:
            self._signatures.setdefault(signed.vote, {})[signed.validator] = signed.signature


class NothingShared(Ballots):
    def to_share(self, slot: int) -> list[SignedVote]:
        return []


class RepeatedSigners(Admission):
    def certificate_holds(self, certificate: Any, term: Any) -> bool:
        votes = [SignedVote(certificate.vote, *entry) for entry in certificate.signatures]
        return term.ballots.is_quorum([device for device, _ in certificate.signatures]) and all(
            self._verifier.holds(vote, term.epoch.validators) for vote in votes
        )


class CertificatesBelieved(Admission):
    def certificate_holds(self, certificate: Any, term: Any) -> bool:
        return True


class SignaturesBelieved(Workstation):
    def new_core(self, epoch: Epoch) -> Simplex:
        made = super().new_core(epoch)
        made._admission._verifier = self
        return made

    def holds(self, signed: SignedVote, validators: Any) -> bool:
        return validators.find(signed.validator) is not None


class StrangersCounted(Workstation):
    core_class = part("", EverybodyCounts, "ballots").workstation.core_class

    def new_core(self, epoch: Epoch) -> Simplex:
        made = super().new_core(epoch)
        made._admission._verifier = self
        return made

    def holds(self, signed: SignedVote, validators: Any) -> bool:
        return signed.signature == self.world.seals.tag(signed.validator, signed.vote)


# --- conditions on votes -------------------------------------------------------------------


class FinalAfterSkip(OwnVotes):
    def may_finalize(self, slot: int, block: bytes) -> bool:
        return (VoteKind.FINAL, slot) not in self._decided and self.notarized(slot) == block


class SkipAfterFinal(Term):
    """Gives up on every slot that is not final when its time is up, also on those it voted final."""

    def skip(self) -> None:
        for slot in range(max(self.head.slot + 1, 0), self.slots.open + 1):
            if (VoteKind.SKIP, slot) not in self.own._decided:
                self._cast(VoteKind.SKIP, slot, NO_BLOCK)


class FinalWithoutNotarVote(OwnVotes):
    def may_finalize(self, slot: int, block: bytes) -> bool:
        return self.may_skip(slot)


class NotarizesTwice(Term):
    def _may_notarize(self, candidate: Any) -> bool:
        voted = self.__dict__.setdefault("voted", set())
        allowed = (
            candidate.block not in voted
            and self.candidates.verdict(candidate.block) is Verdict.VALID
            and self.slots.extends(candidate)
        )
        if allowed:
            voted.add(candidate.block)
        return allowed


class FinalWithoutCertificate(Term):
    def _make_final(self) -> None:
        for candidate in self.candidates:
            if self.own.may_finalize(candidate.slot, candidate.block):
                self._cast(VoteKind.FINAL, candidate.slot, candidate.block)


class FinalOnNotarization(Term):
    def accept(self, certificate: Any) -> None:
        super().accept(certificate)
        if certificate.vote.kind is VoteKind.NOTAR and self.target is None:
            self.target = certificate


class ParentNotChecked(Slots):
    def extends(self, candidate: Any) -> bool:
        return True


class SkipsNotChecked(Slots):
    def extends(self, candidate: Any) -> bool:
        parent = self.slot_of(candidate.parent)
        return parent is not None and parent < candidate.slot


class LeaderNotChecked(Admission):
    def is_entitled(self, signed: Any, candidate: Any, term: Any) -> bool:
        return signed.vote.kind is VoteKind.NOTAR and candidate.proposer == signed.validator


class ValidityNotChecked(Workstation):
    def check(self, candidate: Any) -> None:
        sheet = self.world.reader.sheet(candidate.block)
        self.handle(CandidateChecked(candidate.block, True, sheet.closes_epoch))


# --- what survives -------------------------------------------------------------------------


class Amnesia(Workstation):
    def remembered(self) -> list[StoreVote]:
        return []


class HeadWithoutCertificate(Workstation):
    def kept_certificate(self, final: Any) -> None:
        return None


class VoteWithoutBlock(Workstation):
    def remembered(self) -> list[StoreVote]:
        return [replace(entry, candidate=None) for entry in self.disk.votes]


class VoteWithoutCertificate(Workstation):
    def remembered(self) -> list[StoreVote]:
        return [replace(entry, certificate=None) for entry in self.disk.votes]


class SentBeforeStored(Workstation):
    def do(self, effect: Any) -> None:
        if isinstance(effect, StoreVote):
            self.world.sore_point(self, "vote")
            self.write(partial(self.keep_vote, effect), None)
            self.later(0, partial(self.handle, VoteStored(effect.signed.vote)))
        else:
            super().do(effect)


class EpochStoredLater(Workstation):
    def finalize(self, final: Any) -> None:
        super().finalize(final)
        if final.closes_epoch:
            self.write(partial(super().next_epoch, final), None)
            self.later(self._disk_free - self.world.now, self.open_epoch)

    def next_epoch(self, final: Any) -> None:
        pass


class FirstVotesKept(Workstation):
    """Prunes the votes of the wrong side when a head is stored."""

    def store_final(self, final: Any) -> None:
        super().store_final(final)
        self.disk.votes = []


# --- getting on ----------------------------------------------------------------------------


class NoGrowth(Workstation):
    def new_core(self, epoch: Epoch) -> Simplex:
        made = super().new_core(epoch)
        made._pacing._timing = Timing(growth=1.0)
        return made


class NeverRepeats(Simplex):
    def _remind(self, address: Any) -> None:
        if address.__name__ == "<lambda>":  # a link came up
            super()._remind(address)


class OwnVotesNotRepeated(Simplex):
    def _remind(self, address: Any) -> None:
        self._emit(*map(address, [self._standing(), *self._term.standing_certificates()]))


class CertificatesNotRepeated(Simplex):
    def _remind(self, address: Any) -> None:
        self._emit(*(address(self._spoken(entry)) for entry in self._term.own.stored()))


class NeverFetches(Simplex):
    def _fetch(self) -> None:
        pass


class NeverCatchesUp(Simplex):
    def _catch_up(self, peer: bytes) -> None:
        pass


class NeverSkips(Term):
    def may_skip(self) -> bool:
        return False


class AlwaysBusy(Term):
    def has_unfinal(self) -> bool:
        return True


class TimersWhenIdle(Pacing):
    def _keep(self, timer: Timer, delay_ms: int, purpose: Any, *, runs: bool) -> Any:
        return super()._keep(timer, delay_ms, purpose, runs=runs or timer is Timer.STANDSTILL)


# --- epochs --------------------------------------------------------------------------------


class OldEpochsCount(Admission):
    def is_timely(self, vote: Any, term: Any) -> bool:
        if vote.network == self._network and vote.epoch < term.epoch.number:
            return vote.slot > term.head.slot
        return super().is_timely(vote, term)


class FullBlocksAfterTheEnd(Term):
    def _may_notarize(self, candidate: Any) -> bool:
        return (
            self.own.may_notarize(candidate.slot)
            and self.candidates.verdict(candidate.block) is Verdict.VALID
            and self.slots.extends(candidate)
        )

    def place(self) -> Any:
        place = super().place()
        return replace(place, only_empty=False) if place else None


class VotesOnAfterTheEnd(Workstation):
    """Starts the next epoch on whatever its certificate is for."""

    def next_epoch(self, final: Any) -> None:
        super().next_epoch(final)
        if final.tail:
            base = final.tail[-1].block
            self.disk.epoch = replace(self.disk.epoch, base=base)
            self.disk.head = Head(-1, base)


MUTANTS = [
    part("quorum one too low", LowQuorum, "ballots"),
    part("weights ignored", HeadCount, "ballots"),
    Mutant("votes of strangers counted", StrangersCounted),
    Mutant("signatures not verified", SignaturesBelieved),
    part("no check for contradicting votes", NoContradictions, "ballots"),
    part("contradicting votes not shared", NothingShared, "ballots"),
    swapped("one signer counted many times", "_admission", RepeatedSigners),
    swapped("certificates not checked", "_admission", CertificatesBelieved),
    part("final after skip", FinalAfterSkip, "own"),
    part("skip after final", SkipAfterFinal),
    part("final without an own notar vote", FinalWithoutNotarVote, "own"),
    part("two notar votes in a slot", NotarizesTwice),
    part("final vote without notarization", FinalWithoutCertificate),
    part("final as soon as notarized", FinalOnNotarization),
    part("parent not checked", ParentNotChecked, "slots"),
    part("skips between not checked", SkipsNotChecked, "slots"),
    swapped("proposer not checked", "_admission", LeaderNotChecked),
    Mutant("validity not checked", ValidityNotChecked),
    Mutant("votes forgotten on restart", Amnesia),
    Mutant("certificate not stored with the head", HeadWithoutCertificate),
    Mutant("block not stored with the notar vote", VoteWithoutBlock),
    Mutant("notarization not stored with the final vote", VoteWithoutCertificate),
    Mutant("vote sent before it is stored", SentBeforeStored),
    Mutant("next epoch not stored with the head that ends one", EpochStoredLater),
    Mutant("votes above the head deleted with the head", FirstVotesKept),
    Mutant("timer never grows", NoGrowth),
    core("nothing repeated at a standstill", NeverRepeats),
    core("own votes not repeated", OwnVotesNotRepeated),
    core("certificates not repeated", CertificatesNotRepeated),
    core("missing blocks not fetched", NeverFetches),
    core("never catches up", NeverCatchesUp),
    part("slots never skipped", NeverSkips),
    part("empty blocks without end", AlwaysBusy),
    swapped("timers run while there is nothing to order", "_pacing", TimersWhenIdle),
    swapped("votes of earlier epochs count", "_admission", OldEpochsCount),
    part("transactions after the end of an epoch", FullBlocksAfterTheEnd),
    Mutant("next epoch starts on the certified block", VotesOnAfterTheEnd),
]
