"""What the screens of recovery say."""

from typing import Final

from ehr_desktop.domain.backups import Backup
from ehr_desktop.domain.consent import Custody
from ehr_desktop.domain.people import Team
from ehr_desktop.ui.theme.tokens import Tone

Said = tuple[Tone, str, str]
"""A callout: its tone, title and text."""

TEAM_NAMES: Final = {Team.FRONT_DESK: "front desk", Team.CLINICAL: "clinical team"}

BACKUP_REMARK: Final = (
    "A backup is one encrypted file. Beside it lies the file vault-keys.ehrvault, which every "
    "backup writes anew: a patient who was erased is not in it any more, so no older backup brings "
    "the patient back. Keep both on a disk that does not stay in this building."
)
CUSTODIANS_REMARK: Final = (
    "If all workstations are lost, the custodians' paper shares open the backup. They also help "
    "when a patient lost a card, and when nobody of a team is left who could hand its key on. No "
    "workstation and no administrator has this key."
)
NEEDED: Final = (
    (
        "hard-drive",
        "The newest .ehrbackup file",
        "An older one works too; what came later is lost.",
    ),
    (
        "key-round",
        "vault-keys.ehrvault of the same folder",
        "The newest one. Without it no record opens.",
    ),
    (
        "users",
        "Enough custodians with their papers",
        "They type their words in; nobody is asked twice.",
    ),
    (
        "monitor",
        "One computer with EHR Desktop",
        "It gets new keys and is then the clinic's only one.",
    ),
)
RESTORE_REMARK: Final = (
    "Start EHR Desktop on the new computer and choose “Restore a clinic”. Everybody signs in with "
    "the password they had. Other computers join again afterwards. Not in a backup are unsaved "
    "drafts; patients' cards have to be made anew. If only one computer is lost, restore nothing: "
    "remove it on Network and let a new one join."
)


def backup_said(last: Backup | None, custody: Custody, when: str) -> Said:
    """Say how things stand with backups; `when` is the time of the last one."""
    if last is None:
        return (
            Tone.WARNING,
            "There is no backup of this workstation",
            "If its disk fails and no other workstation is left, everything is gone.",
        )
    if last.keys_owed:
        return (
            Tone.DANGER,
            "The vault-key file still holds the key of an erased patient",
            f"Connect the disk with {last.path.parent} and back up again.",
        )
    if not last.for_custodians:
        text = (
            "Nobody could open it once all workstations are lost. Now that there are custodians, "
            "back up again."
            if custody.generation
            else "Nobody could open it once all workstations are lost. Name custodians, then back "
            "up again."
        )
        return Tone.WARNING, f"Last backup {when}, before there were custodians", text
    return Tone.SUCCESS, f"Last backup {when}", f"Block {last.height:,}, in {last.path}"


def custody_said(custody: Custody) -> Said:
    """Say what the custodians could open."""
    if not custody.generation:
        return (
            Tone.WARNING,
            "There are no custodians yet",
            "Without them a backup opens on this clinic's own workstations only.",
        )
    missing = [name for team, name in TEAM_NAMES.items() if team not in custody.teams]
    rule = f"Any {custody.threshold} of {custody.count} paper shares open what is sealed to them."
    if missing:
        who = " and the ".join(missing)
        return (
            Tone.NOTE,
            rule,
            f"The key of the {who} is sealed to them as soon as somebody who holds it signs in.",
        )
    return Tone.SUCCESS, rule, "The keys of all teams are sealed to them."
