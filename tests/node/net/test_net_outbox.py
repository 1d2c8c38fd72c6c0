import pytest

from ehr_desktop.node.net.messages import FeedHead, FeedRange, Have, Ping, Want
from ehr_desktop.node.net.outbox import Outbox
from ehr_desktop.node.net.wire import LENGTH_SIZE, decode_body
from tests.support.net_nodes import on_a_loop


async def all_messages(outbox):
    read = []
    while outbox.size:
        read += decode_body((await outbox.take())[LENGTH_SIZE:])
    return read


@pytest.mark.parametrize(
    "message",
    [
        Have(1, b"h" * 32, tuple(FeedHead(b"d" * 16, n, b"i" * 32, 0) for n in range(70))),
        Want(tuple(FeedRange(b"d" * 16, 1, 1) for _ in range(190))),
        Ping(1),
    ],
    ids=lambda message: type(message).__name__,
)
@on_a_loop
async def test_whatever_shares_a_frame_can_be_read(message):
    outbox = Outbox()
    for _ in range(40):
        outbox.put(message)
    assert await all_messages(outbox) == [message] * 40
