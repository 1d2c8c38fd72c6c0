"""How a workstation lies that has a valid key and a place on the roster: real code, a few lines
changed. It votes for two blocks in a slot, says its ledger is longer than it is, and answers with
a block that nobody agreed on.
"""

import os
from dataclasses import replace

from ehr_desktop.node.lan.lan import Lan
from ehr_desktop.node.ledger.block import Block
from ehr_desktop.node.ledger.vote import VoteKind, sign_vote
from ehr_desktop.node.net import messages as net
from ehr_desktop.node.pipeline.receiving import Receiving

AHEAD = 1000


def tell_lies(say):
    """Lie from now on, in this process."""
    send, hello, blocks = Lan._send, Lan._hello, Receiving.blocks

    def send_twice(lan, peer, message):
        send(lan, peer, message)
        if isinstance(message, net.Vote) and message.signed.vote.kind is VoteKind.NOTAR:
            other = replace(message.signed.vote, block=os.urandom(32))
            send(lan, peer, net.Vote(sign_vote(other, lan._core.pipeline._key)))
            say(event="lied", about="vote")

    def boast(lan):
        honest = hello(lan)
        return replace(honest, height=honest.height + AHEAD, head=os.urandom(32))

    def invent(receiving, first, count, most):
        say(event="lied", about="blocks")
        chain = receiving._pipeline.chain
        true = blocks(receiving, first, 1, most)
        false = _otherwise(Block.decode(true[0].block)) if true else _next_empty(chain)
        return [net.CertifiedBlock(false.encode(), chain.finality.encode())]

    Lan._send, Lan._hello, Receiving.blocks = send_twice, boast, invent


def _otherwise(block):
    """The same transactions at another time: a block that breaks no rule."""
    return replace(block, header=replace(block.header, time_ms=block.header.time_ms + 1))


def _next_empty(chain):
    """A block without transactions on the head, which breaks no rule either."""
    head = chain.head
    header = replace(
        head, height=head.height + 1, slot=head.slot + 1, epoch=chain.epoch, parent=head.id,
        transactions=0, state_root=chain.state_root, validators=chain.validators.hash,
    )  # fmt: skip
    return Block(header, ())
