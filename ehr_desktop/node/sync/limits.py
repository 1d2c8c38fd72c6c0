"""How much at once, and how long to wait. Sizes in bytes, times in milliseconds."""

from typing import Final

from ehr_desktop.node.ledger.transaction import MAX_TRANSACTION
from ehr_desktop.node.net.limits import MAX_FRAME
from ehr_desktop.node.net.wire import MAX_PARCEL

_OVERHEAD: Final = 32 * 1024
BLOCK_ROOM: Final = MAX_FRAME - _OVERHEAD
"""Blocks of so many bytes together go into one frame."""
TRANSACTION_ROOM: Final = MAX_FRAME - MAX_TRANSACTION - _OVERHEAD
PARCEL_ROOM: Final = MAX_FRAME - MAX_PARCEL - _OVERHEAD
"""A frame with so many bytes in it still has room for one more of these."""

RETRY_MS: Final = 3_000
BLOCKS_RETRY_MS: Final = 6_000
SLOW_MS: Final = 2_000
"""A peer that takes longer for a window of blocks is asked after the others."""
REPEAT_MS: Final = 15_000
"""How often everything is said again, in case it was not heard."""
FORGET_MS: Final = 120_000
"""How long it is remembered who lacked a parcel."""
FETCH_AGAIN_MS: Final = 30_000
FETCH_LOST_MS: Final = 60_000

MOST_SEQUENCES: Final = 500
MOST_FEEDS: Final = 1000
"""So many feeds a peer may speak of."""
MOST_BLOCKS: Final = 200
MOST_PARCELS: Final = 64
"""So many parcels are asked of a peer in one message."""
PARCELS_PAGE: Final = 256
"""So many missing parcels are looked at in one turn."""
MOST_HELD_PARCELS: Final = 1 << 20
"""Parcels that came before their transaction are held up to this size, for each peer."""
MOST_PUSHED: Final = 4 << 20
"""A peer that has not acknowledged this much of what was sent unasked must ask."""
MOST_FETCHES: Final = 2
COPIES: Final = 2
"""A large container is kept by so many workstations, its author among them."""
