"""How the workstations agree, in words."""

from collections.abc import Mapping
from statistics import median
from typing import Final

from ehr_desktop.domain.network import (
    Accusation,
    Ballot,
    ConsensusStatus,
    FinalPoint,
    MiningStatus,
    ProposerMode,
    Voter,
)
from ehr_desktop.ui.models.network_words import Saying
from ehr_desktop.ui.theme.tokens import Tone

NONE_YET: Final = "none yet"
WORK_SENTENCE: Final = (
    "Work decides who proposes; the workstations' signatures decide what is final. "
    "It adds energy use, not security."
)
MODES: Final[Mapping[ProposerMode, tuple[str, str]]] = {
    ProposerMode.AUTHORITY: (
        "Taking turns",
        "The workstations propose blocks one after the other. Nothing is spent on it.",
    ),
    ProposerMode.STAKE: (
        "By votes",
        "Lots are drawn by votes, which administrators set. More votes, more turns.",
    ),
    ProposerMode.WORK: ("By work", WORK_SENTENCE),
}
"""Each mode's name and what it means."""

_BALLOTS: Final[Mapping[Ballot, tuple[str, str, Tone]]] = {
    Ballot.NONE: ("no vote yet", "circle", Tone.NEUTRAL),
    Ballot.CONFIRMED: ("confirmed it", "circle-check", Tone.SUCCESS),
    Ballot.SKIPPED: ("votes to skip this turn", "minus", Tone.WARNING),
    Ballot.FINAL: ("signed it as final", "badge-check", Tone.SUCCESS),
}
_HALTED: Final[Mapping[str, Saying]] = {
    "follows": Saying(
        Tone.NOTE,
        "info",
        "This workstation follows",
        "It checks every block and keeps everything, and has no vote. Nothing needs to be done.",
    ),
    "away": Saying(
        Tone.NOTE,
        "info",
        "This workstation is signing on again",
        "It signed off when it was shut down. It votes again as soon as its return is final, "
        "which needs the others to be connected.",
    ),
    "conflict": Saying(
        Tone.DANGER,
        "circle-alert",
        "The others agreed on something that does not hold here",
        "Either this workstation's disk is damaged or it runs another version of the program. Run "
        "the integrity check here and on another workstation.",
    ),
    "removed": Saying(
        Tone.WARNING,
        "triangle-alert",
        "This workstation was removed from the clinic",
        "It is no longer connected to the others and signs nothing for the clinic. To use it "
        "again, set it up anew and let it join.",
    ),
    "forgotten": Saying(
        Tone.WARNING,
        "triangle-alert",
        "This workstation casts no votes",
        "Its disk was restored from a backup or copied from another one, so it may have forgotten "
        "how it voted. Remove it under Network on another workstation, then let it join the "
        "clinic again: it gets a new key and votes from then on.",
    ),
    "stopped": Saying(
        Tone.DANGER,
        "circle-alert",
        "This workstation was stopped",
        "It signed two votes that cannot both be honest, and its votes no longer count. Run the "
        "integrity check, find out who had access to it, then remove it and set it up anew.",
    ),
}
_LIES: Final[Mapping[str, str]] = {
    "two-blocks": "voted for two different blocks",
    "skip-and-final": "signed a block as final and voted to skip it",
}


def block_saying(status: ConsensusStatus) -> tuple[str, str]:
    """Give title and sentence for the block being agreed, or for there being none."""
    if status.block:
        proposed = f"Proposed by {status.proposer}." if status.proposer else ""
        return f"Block {status.height + 1:,} is being agreed", proposed
    if status.mining is not None and status.mining.running:
        return f"Block {status.height + 1:,} is being mined", "Whoever finds a proof proposes it."
    if status.pending:
        waits = f"{status.pending:,} transaction{' waits' if status.pending == 1 else 's wait'}"
        return f"{waits} for the next block", "It is agreed as soon as enough workstations are on."
    if not status.height:
        return "Nothing has been signed yet", ""
    return "Everything signed is final", f"Block {status.height:,} is the newest."


def confirmed_words(status: ConsensusStatus) -> str:
    """Say how many have confirmed the block being agreed, or the newest one if there is none."""
    if not status.confirmed and not status.block:
        return ""
    said = f"{status.confirmed:,} of {status.total:,}"
    return f"{said} confirmed" if even(status) else f"{said} votes confirmed"


def needed_words(status: ConsensusStatus) -> str:
    """Say how many a block needs."""
    if status.total == 1:
        return "1 is enough"
    return f"{status.quorum:,} needed" if even(status) else f"{status.quorum:,} votes needed"


def ballot_words(voter: Voter, status: ConsensusStatus) -> tuple[str, str, Tone]:
    """Give words, icon and tone for one validator's vote."""
    words, icon_name, tone = _BALLOTS[voter.ballot]
    if not status.block and voter.ballot is Ballot.NONE:
        return ("was not needed" if status.confirmed else "no block to vote on"), icon_name, tone
    if voter.leads and voter.ballot is Ballot.NONE:
        return "proposes", "pencil", Tone.ACCENT
    return (f"proposed and {words}" if voter.leads else words), icon_name, tone


def tolerance_words(status: ConsensusStatus) -> str:
    """Say how many workstations may be off, and how many may lie, whichever they are."""
    count = sum(voter.weight > 0 for voter in status.voters)
    if count <= 1:
        return (
            "This workstation decides alone. Nothing has to wait for another one, and no other "
            "one would notice if somebody rewrote it."
        )
    if count == 2 and not status.may_be_off:
        return (
            "Both workstations are needed: while one is off, what is signed waits. A lie is "
            "detected, not prevented. A third workstation lets any one of them be off."
        )
    off = (
        f"Of {count} workstations, any {status.may_be_off} may be off"
        if status.may_be_off
        else f"Of {count} workstations, none may be off without things having to wait, as the "
        "votes are given now"
    )
    if status.may_lie:
        return f"{off} or any {status.may_lie} may lie, and nothing changes for the others."
    more = "that takes four" if even(status) else "that takes four with equal votes"
    return f"{off}. One that lies is detected and stopped, but its lie is not prevented: {more}."


def halted_saying(status: ConsensusStatus) -> Saying | None:
    """Say why this workstation casts no votes and what to do; None while it votes."""
    if not status.halted:
        return None
    unknown = Saying(
        Tone.WARNING, "triangle-alert", "This workstation casts no votes", status.halted
    )
    return _HALTED.get(status.halted, unknown)


def accusation_words(accusation: Accusation) -> str:
    """Say what somebody did, and where the proof of it is."""
    did = _LIES.get(accusation.what, "signed two statements that cannot both be honest")
    kept = (
        "the proof is on its way to the ledger"
        if accusation.height is None
        else f"the proof is in block {accusation.height:,}"
    )
    return f"{accusation.name} {did} in slot {accusation.slot:,}; {kept}."


def final_ms_words(milliseconds: float) -> str:
    """Give a time to final as people read it."""
    if milliseconds < 1:
        return "under 1 ms"
    if milliseconds < 1000:
        return f"{milliseconds:.0f} ms"
    if milliseconds < 60_000:
        return f"{milliseconds / 1000:.1f} s"
    minutes = milliseconds / 60_000
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:,.0f} h"


def pace_words(finals: tuple[FinalPoint, ...]) -> tuple[str, str]:
    """Give the last time to final and the median of the hour; words where there is none."""
    if not finals:
        return NONE_YET, NONE_YET
    return (
        final_ms_words(finals[-1].final_ms),
        final_ms_words(median(point.final_ms for point in finals)),
    )


def mining_rows(mining: MiningStatus) -> tuple[tuple[str, str], ...]:
    """Give what the mining panel shows, name by name."""
    bits = 256 - int(mining.target or "0", 16).bit_length()
    blocks = f"{mining.retarget_in:,} block{'' if mining.retarget_in == 1 else 's'}"
    at_work = bool(mining.header)
    return (
        ("Header", mining.header),
        ("Nonce", f"{mining.nonce:,}" if at_work else ""),
        ("Tries", f"{mining.tries:,} on this block" if at_work else ""),
        ("Hash rate", f"{mining.rate:,.0f} a second" if at_work else ""),
        ("Target", mining.target),
        ("Difficulty", f"{mining.difficulty:,.0f} tries a block, {bits} leading zero bits"),
        ("At this rate", _expected(mining)),
        ("New target in", blocks),
    )


def even(status: ConsensusStatus) -> bool:
    """Tell whether every vote weighs the same, so that votes are workstations."""
    return all(voter.weight in (0, 1) for voter in status.voters)


def _expected(mining: MiningStatus) -> str:
    if not mining.running or mining.rate <= 0:
        return ""
    return f"a block every {final_ms_words(1000 * mining.difficulty / mining.rate)}, alone"
