"""How a workstation lies that has a valid key and a place on the roster: real code, a few lines
changed. It votes for two blocks in a slot, says its ledger is longer than it is, and answers with
blocks that nobody agreed on.
"""

import os
from dataclasses import replace

from ehr_desktop.node.lan.lan import Lan
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
        return [
            net.CertifiedBlock(one.block[:-8] + os.urandom(8), one.certificate)
            for one in blocks(receiving, first, count, most)
        ] or [net.CertifiedBlock(os.urandom(400), os.urandom(300))]

    Lan._send, Lan._hello, Receiving.blocks = send_twice, boast, invent
