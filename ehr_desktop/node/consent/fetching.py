"""Large documents that only other workstations keep, on demand."""

from collections.abc import Sequence

from ehr_desktop.node.core import Core
from ehr_desktop.node.sync.effects import Effect
from ehr_desktop.node.sync.sync import Sync


async def fetch_large(core: Core, names: Sequence[bytes]) -> None:
    """Have large containers (by commitment) fetched; they come in the background. On the loop."""
    pipeline = core.pipeline

    def want(sync: Sync) -> list[Effect]:
        return [effect for name in names for effect in sync.want_large(name)]

    await core.turn(lambda: pipeline.run([lambda p: p.tell_sync(want)]))
