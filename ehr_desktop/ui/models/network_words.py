"""The network in words: one workstation after the other, and the sentence over them all."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ehr_desktop.domain.network import LinkState, NetworkStatus, WorkstationStatus
from ehr_desktop.ui.theme.tokens import Tone

CLOCK_NOTICED_MS: Final = 2_000
"""A clock that is further off than this is spoken of."""

_RUNGS: Final[Mapping[str, str]] = {
    "remembered": "remembered",
    "announced": "found on the network",
    "told": "told by another workstation",
    "typed": "typed by hand",
    "incoming": "it called us",
}
_TROUBLES: Final[Mapping[str, str]] = {
    "lost": "The connection broke off. It is being dialled again.",
    "unreachable": "Nobody answers there. Is it switched on, and on the same network?",
    "silent": "It was connected and fell silent. It may be asleep.",
    "slow": "It takes in too slowly what it is sent. It is being dialled again.",
    "garbage": "It sent what no working program sends, and was cut off.",
    "too-long": "It sent more at once than is allowed, and was cut off.",
    "not-on-roster": "Whoever answers there is not a workstation of this clinic.",
    "refused-there": "It does not know this workstation yet, or it was removed there.",
    "no-tls": "Something else answers there, not this program.",
    "other-network": "A workstation of another clinic answers there.",
    "other-protocol": "It runs another version of the program. Update both.",
    "itself": "That address is this workstation's own.",
    "crowded": "It has no room for another connection right now.",
}
"""Why there is no link, by code; a code that is not here is the usual coming and going."""


@dataclass(frozen=True, slots=True)
class Saying:
    """A state as it is shown: tone, icon, title and one or two sentences."""

    tone: Tone
    icon_name: str
    title: str
    text: str


def network_saying(status: NetworkStatus) -> Saying:
    """Say how many workstations are connected and what that means for what is signed."""
    others = len(status.workstations) - 1
    if others < 1:
        return Saying(
            Tone.SUCCESS, "monitor", "This workstation works alone", "What is signed is final."
        )
    linked = sum(_is_present(each) for each in status.workstations)
    counted = f"{linked} of {others + 1}"
    if not status.has_quorum:
        text = "Work goes on; what is signed waits and is shared with whoever is here."
        if status.pending:
            verb = "waits" if status.pending == 1 else "wait"
            text += f" {status.pending:,} signed here {verb} now."
        return Saying(Tone.WARNING, "hourglass", f"{counted} connected: {_needed(status)}", text)
    if status.behind_ms:
        return Saying(
            Tone.WARNING,
            "clock",
            f"This workstation's clock is {_length(status.behind_ms)} behind the others",
            "It votes for nothing until its clock is set. The others go on without it.",
        )
    title, text = f"{counted} workstations connected", "What is signed becomes final."
    if liars := [each.name for each in status.workstations if each.stopped]:
        have = "has" if len(liars) == 1 else "have"
        text += f" {joined(liars)} told two stories and {have} no vote any more."
        return Saying(Tone.WARNING, "triangle-alert", title, text)
    return Saying(Tone.SUCCESS, "network", title, text + _missing(status))


def state_words(workstation: WorkstationStatus) -> tuple[str, Tone]:
    """Give a workstation's state and its tone."""
    if workstation.stopped:
        return "stopped: told two stories", Tone.DANGER
    match workstation.state:
        case LinkState.HERE:
            return "this workstation", Tone.ACCENT
        case LinkState.LINKED:
            return "connected", Tone.SUCCESS
        case _ if workstation.away:
            return "signed off until it is back", Tone.NEUTRAL
        case LinkState.DIALLING:
            return "looking for it", Tone.NOTE
        case LinkState.ABSENT:
            return "off", Tone.WARNING


def ledger_words(workstation: WorkstationStatus, height: int) -> str:
    """Say how a workstation's ledger stands against this one's `height`."""
    if workstation.height is None:
        return ""
    if workstation.state is LinkState.HERE:
        return f"block {workstation.height:,}"
    if workstation.state is not LinkState.LINKED:
        return f"was at {workstation.height:,}"
    apart = workstation.height - height
    if apart == 0:
        return "same as here"
    return f"{abs(apart):,} {'ahead' if apart > 0 else 'behind'}"


def round_trip_words(workstation: WorkstationStatus) -> str:
    """Give the last round trip, or an empty text."""
    if workstation.rtt_ms is None or workstation.state is not LinkState.LINKED:
        return ""
    if workstation.rtt_ms < 10:
        return f"{max(workstation.rtt_ms, 0.1):.1f} ms"
    return f"{workstation.rtt_ms:,.0f} ms"


def rung_words(workstation: WorkstationStatus) -> str:
    """Say how its address came to be known."""
    return _RUNGS.get(workstation.rung, "")


def trouble_words(workstation: WorkstationStatus) -> str:
    """Say why there is no link and what to look at; empty where all is as it should be."""
    if workstation.stopped:
        return (
            "It signed two statements that cannot both be honest. Its votes no longer count. "
            "Find out what happened to it, then remove it."
        )
    if workstation.state in (LinkState.HERE, LinkState.LINKED):
        return ""
    if workstation.away:
        return "It said it was leaving. The others do not wait for it."
    return _TROUBLES.get(workstation.trouble, "")


def clock_words(workstation: WorkstationStatus) -> str:
    """Say how far its clock is off this one's, if that is worth a word."""
    ahead = workstation.clock_ahead_ms
    if ahead is None or abs(ahead) <= CLOCK_NOTICED_MS:
        return ""
    return f"Its clock is {_length(abs(ahead))} {'ahead' if ahead > 0 else 'behind'}."


def votes_words(workstation: WorkstationStatus, total: int) -> str:
    """Say what its vote weighs."""
    if workstation.stopped:
        return "none: it was stopped"
    if workstation.away:
        return "none until it is back"
    if not workstation.weight:
        return "none: it follows and keeps a copy"
    return f"{workstation.weight:,} of {total:,}"


def behind_words(status: NetworkStatus) -> str:
    """Say what is still on its way to this workstation; empty if nothing is."""
    missing = status.missing_containers
    if not missing:
        return ""
    one = missing == 1
    return (
        f"{missing:,} record{'' if one else 's'} the ledger speaks of "
        f"{'is' if one else 'are'} still on {'its' if one else 'their'} way here."
    )


def removal_text(status: NetworkStatus, workstation: WorkstationStatus) -> str:
    """Say what comes of removing `workstation`."""
    voters = [each for each in status.workstations if _votes(each) and each != workstation]
    left = {
        1: " One voting workstation is left: it then decides alone.",
        2: " Two voting workstations are left: both are then needed to make anything final.",
    }
    return (
        "Its connections end everywhere within seconds, and it is let in again only by being "
        "added anew. What was signed on it stays and keeps its name. The keys it knew are "
        "replaced. If it was stolen, renew the accounts of those who signed in on it: People, "
        "Forgotten password." + (left.get(len(voters), "") if _votes(workstation) else "")
    )


def joined(names: list[str]) -> str:
    """Give names as a sentence has them: `a`, `a and b`, `a, b and 3 more`."""
    if len(names) > 3:
        names = [*names[:2], f"{len(names) - 2} more"]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _is_present(workstation: WorkstationStatus) -> bool:
    return workstation.state in (LinkState.HERE, LinkState.LINKED)


def _needed(status: NetworkStatus) -> str:
    if all(each.weight <= 1 for each in status.workstations):
        return f"{status.quorum} {'is' if status.quorum == 1 else 'are'} needed"
    return f"they hold {status.present:,} votes, {status.quorum:,} are needed"


def _missing(status: NetworkStatus) -> str:
    """Name who is not here, and say when nobody else may go."""
    gone = [each for each in status.workstations if not _is_present(each) and not each.away]
    said = ""
    if gone:
        verb = "is" if len(gone) == 1 else "are"
        said = f" {joined([each.name for each in gone])} {verb} not here; the others do not wait."
    lightest = min((each.weight for each in _going(status)), default=0)
    if lightest and status.present - lightest < status.quorum:
        said += " If one more is switched off, what is signed waits."
    return said


def _going(status: NetworkStatus) -> list[WorkstationStatus]:
    linked = [each for each in status.workstations if each.state is LinkState.LINKED]
    return [each for each in linked if _votes(each)]


def _votes(workstation: WorkstationStatus) -> bool:
    return workstation.weight > 0 and not workstation.away and not workstation.stopped


def _length(milliseconds: int) -> str:
    seconds = milliseconds / 1000
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:,.0f} h"
