"""What the state keeps of each key of a category: for whom it is sealed, who drew it, and how much
is sealed under it.
"""

from collections.abc import Iterable

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import Basis
from ehr_desktop.domain.people import TEAMS_OF_ROLE, Team
from ehr_desktop.node.contracts.consent_basis import (
    basis_for,
    is_controlled,
    recipients,
    speakers,
)
from ehr_desktop.node.contracts.consent_rules import change, put
from ehr_desktop.node.contracts.consent_state import CategoryKey, Epoch, entry
from ehr_desktop.node.contracts.rules import Context, Refusal
from ehr_desktop.node.contracts.team_keys import departures, standing


def may_keep_keys(context: Context, patient: bytes, category: str) -> bool:
    """Tell whether the signer may read a category for more than an hour's need: the patient and
    who speaks for the patient, and members by grant or policy.
    """
    if context.is_patient:
        return True
    if context.role is None:
        return False
    basis = basis_for(
        context.state.get, patient, context.person, context.role, Category(category), context.now_ms
    )
    return basis in (Basis.POLICY, Basis.PATIENT)


def keeps_keys(context: Context, patient: bytes, category: str) -> None:
    """Refuse `no-grant` unless the signer may keep the keys of a category."""
    if not may_keep_keys(context, patient, category):
        raise Refusal("no-grant", category=category, patient=patient.hex())


def live_key(context: Context, patient: bytes, category: str, epoch: int) -> CategoryKey:
    """Give a key that is not closed; refuse `stale-epoch` if there is none."""
    found = entry(context.state.get, CategoryKey, "key", patient, category, epoch)
    if found is None:
        raise Refusal("stale-epoch", category=category, given=epoch)
    return found


def draw(
    context: Context,
    patient: bytes,
    category: str,
    epoch: int,
    commitment: bytes,
    teams: Iterable[str],
    readers: Iterable[bytes],
) -> None:
    """Write down a new key, and who drew it. It is foreign, too, where it is sealed to a team's key
    that somebody drew who is not of the team.
    """
    value, of_teams = context.state.get, tuple(sorted(teams))
    is_kept_from = is_controlled(value, patient, Category(category)) and not may_keep_keys(
        context, patient, category
    )
    foreign = is_kept_from or any(standing(value, Team(team)).foreign for team in of_teams)
    drawn = CategoryKey(
        commitment, tuple(sorted(readers)), of_teams, context.person, int(foreign),
        departures=departures(value),
    )  # fmt: skip
    put(context, "key", patient, category, epoch, value=drawn)
    count_sealed(context, patient, category, epoch, 0)


def own_key(context: Context, patient: bytes, category: str, epoch: int) -> None:
    """Refuse `foreign-key` for sealing under a key that somebody drew who may not read, but for
    what they write themselves.
    """
    key = live_key(context, patient, category, epoch)
    if key.foreign and key.opener != context.person:
        raise Refusal("foreign-key", category=category)


def trusted_key(context: Context, patient: bytes, category: str, epoch: int) -> None:
    """Refuse `foreign-key` for a key that was drawn by somebody who may not read."""
    if live_key(context, patient, category, epoch).foreign:
        raise Refusal("foreign-key", category=category)


def keep_apart(context: Context, team: Team, patient: bytes, category: str, epoch: int) -> None:
    """Note that a new key is still to be sealed for a team, whose own key is to be replaced first:
    ("apart", team) are rows of patient, category and epoch.
    """
    rows = context.state.get("apart", team) or ()
    context.state.put("apart", team, value=[*rows, [patient, category, epoch]])


def no_longer_apart(
    context: Context, team: Team, patient: bytes, category: str, epochs: Iterable[int]
) -> None:
    """Note that it was, or that nothing is sealed under these keys any more."""
    rows = context.state.get("apart", team) or ()
    gone = {(patient, category, epoch) for epoch in epochs}
    left = [row for row in rows if tuple(row) not in gone]
    if len(left) < len(rows):
        context.state.put("apart", team, value=left)


def sealed_by_those_here(context: Context, patient: bytes, category: str, epoch: int) -> None:
    """Refuse `stale-epoch` for sealing under a key from before somebody left, or a workstation was
    removed: whoever it was may know it.
    """
    key = live_key(context, patient, category, epoch)
    if key.departures != departures(context.state.get):
        raise Refusal("stale-epoch", category=category, given=epoch)


def sealed_epochs(context: Context, patient: bytes, category: str) -> dict[int, int]:
    """Give how much is sealed under every epoch of a category that is not closed."""
    return dict(context.state.get("sealed", patient, category) or ())


def count_sealed(context: Context, patient: bytes, category: str, epoch: int, more: int) -> None:
    """Count what is sealed under an epoch."""
    counts = sealed_epochs(context, patient, category)
    counts[epoch] = counts.get(epoch, 0) + more
    put_sealed(context, patient, category, counts)


def put_sealed(context: Context, patient: bytes, category: str, counts: dict[int, int]) -> None:
    """Write how much is sealed under each epoch."""
    context.state.put(
        "sealed", patient, category, value=[list(row) for row in sorted(counts.items())]
    )


def forget_readers(
    context: Context, patient: bytes, categories: Iterable[str], names: Iterable[bytes]
) -> None:
    """Note that boxes of readers are of no use any more: they are to be let in anew, or not."""
    gone = frozenset(names)
    for category in categories:
        for epoch in sealed_epochs(context, patient, category):
            key = live_key(context, patient, category, epoch)
            left = tuple(name for name in key.readers if name not in gone)
            change(context, key, "key", patient, category, epoch, readers=left)


def shut_out(
    context: Context, patient: bytes, categories: Iterable[str], *, teams_too: bool = True
) -> None:
    """Forget, after a grant or a delegation has ended, whoever a key is not sealed for any more,
    and have nothing more sealed under what they know.
    """
    for category in categories:
        teams, readers = recipients(context.state.get, patient, Category(category), context.now_ms)
        for epoch in sealed_epochs(context, patient, category):
            key = live_key(context, patient, category, epoch)
            if set(key.readers) <= readers and set(key.teams) <= teams:
                continue
            if epoch in context.state.get("epoch", patient, category)[3]:
                spend(context, patient, category)
            left = tuple(name for name in key.readers if name in readers)
            of_teams = tuple(team for team in key.teams if team in teams or not teams_too)
            change(
                context, key, "key", patient, category, epoch,
                readers=left, teams=of_teams, spent=1,
            )  # fmt: skip


def spend(context: Context, patient: bytes, category: str) -> None:
    """Have nothing more sealed under the current keys of a category: the next round has to begin
    before anything is written.
    """
    current = entry(context.state.get, Epoch, "epoch", patient, category)
    assert current is not None, "there is a key"
    change(context, current, "epoch", patient, category, open=())


def might_hold(context: Context, patient: bytes, category: str, epoch: int) -> None:
    """Refuse `no-grant` unless a key was sealed for the signer, or drawn by them. A former guardian
    hands on only what nobody else has.
    """
    key = live_key(context, patient, category, epoch)
    if context.is_patient:
        speak = speakers(context.state.get, patient, context.now_ms)
        might = context.person in speak or not key.is_held
    else:
        teams = map(str, TEAMS_OF_ROLE[context.role] if context.role else ())
        might = context.person in {key.opener, *key.readers} or bool(set(teams) & set(key.teams))
    if not might:
        raise Refusal("no-grant", category=category, patient=patient.hex())
