"""What was typed and not yet saved: nothing typed is ever lost."""

from datetime import UTC, datetime

from ehr_desktop.domain.people import Actor
from ehr_desktop.node.node import Node
from ehr_desktop.services.values import Draft


class Drafts:
    """Unsaved text, sealed under the key of whoever typed it."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def save(self, actor: Actor, key: str, text: str) -> None:
        """Keep `text` under `key`, for this person on this workstation."""
        await self._node.drafts.save(actor, key, text)

    async def load(self, actor: Actor, key: str) -> Draft | None:
        """Give what was kept, or None."""
        found = await self._node.drafts.load(actor, key)
        if found is None:
            return None
        text, saved_ms = found
        return Draft(text, datetime.fromtimestamp(saved_ms / 1000, UTC))

    async def discard(self, actor: Actor, key: str) -> None:
        """Drop what was kept."""
        await self._node.drafts.discard(actor, key)
