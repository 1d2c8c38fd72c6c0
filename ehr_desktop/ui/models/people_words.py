"""What the screen of people says of teams' keys after somebody has left."""

from collections.abc import Collection
from typing import Final

from ehr_desktop.domain.people import Team

WHAT_ENDING_DOES: Final = (
    "It can no longer sign in. What was written with it stays and keeps its name. The keys it knew "
    "are replaced, so they open nothing that is written from then on; whoever kept a copy of the "
    "clinic's files can still open what was written before."
)
"""Said before an account is ended."""


def keys_line(to_replace: Collection[Team], *, has_left: bool) -> str:
    """Give how the keys stand that people knew who have left: of which teams they are still to be
    replaced; empty if nobody has left.
    """
    if Team.CLINICAL in to_replace:
        return "Keys are replaced when a clinician next signs in"
    if to_replace:
        return "Keys are replaced when somebody next signs in"
    return "Keys replaced" if has_left else ""
