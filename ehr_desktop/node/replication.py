"""Large containers on their way."""

from collections.abc import Callable

from ehr_desktop.node.core import Core
from ehr_desktop.node.net.hub import Hub
from ehr_desktop.node.net.messages import Message
from ehr_desktop.node.sync.effects import Fetch


class Replication:
    """Large containers on their way."""

    def __init__(
        self,
        core: Core,
        hub: Hub,
        key_of: Callable[[bytes], bytes | None],
        ended: Callable[[bytes, bool], None],
    ) -> None:
        self.parts = (core, hub, key_of, ended)

    def fetch(self, effect: Fetch) -> None:
        """Fetch."""

    async def received(self, peer: bytes, message: Message) -> None:
        """Receive."""

    async def close(self) -> None:
        """Close."""
