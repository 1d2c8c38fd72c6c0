"""TLS 1.3, both ends shown, pinned to the roster.

The standard library of Python 3.11 cannot choose the key exchange group, so links are X25519 and
not post-quantum. What crosses them is sealed already (X-Wing boxes, encrypted bodies): a recording
opened in the far future would show who spoke when, and pseudonyms, no record.
"""

import os
import ssl
import tempfile
from collections.abc import Collection
from pathlib import Path
from typing import Final

from ehr_desktop.node.crypto.certificate import certificate_of, identity_pem, public_key_in
from ehr_desktop.node.net.errors import Ending, LinkRefusedError

_ALPN: Final = "ehr-node/1"


class TlsContexts:
    """This device's end of every TLS connection, from its seed of 32 bytes.

    A context is made anew when the pinned keys change, since a trust store cannot forget.
    """

    def __init__(self, seed: bytes) -> None:
        self._pem, self._password = identity_pem(seed)
        self._pinned: frozenset[bytes] | None = None
        self._server: ssl.SSLContext
        self._client: ssl.SSLContext

    def server(self, pinned: Collection[bytes]) -> ssl.SSLContext:
        """Give the context that accepts the device keys `pinned` (32 bytes each) and no other."""
        self._renew(frozenset(pinned))
        return self._server

    def client(self, pinned: Collection[bytes]) -> ssl.SSLContext:
        """Give the context that dials the device keys `pinned` (32 bytes each) and no other."""
        self._renew(frozenset(pinned))
        return self._client

    def _renew(self, pinned: frozenset[bytes]) -> None:
        if pinned == self._pinned:
            return
        anchors = b"".join(map(certificate_of, sorted(pinned)))
        self._server = self._context(ssl.PROTOCOL_TLS_SERVER, anchors)
        # no resumption: a removed workstation cannot come back on an old session
        self._server.num_tickets = 0
        self._client = self._context(ssl.PROTOCOL_TLS_CLIENT, anchors)
        self._pinned = pinned

    def _context(self, protocol: int, anchors: bytes) -> ssl.SSLContext:
        context = ssl.SSLContext(protocol)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.check_hostname = False
        context.verify_mode = ssl.CERT_REQUIRED
        context.options |= ssl.OP_NO_TICKET | ssl.OP_NO_COMPRESSION
        context.set_alpn_protocols([_ALPN])
        self._load_identity(context)
        if anchors:
            context.load_verify_locations(cadata=anchors)
        return context

    def _load_identity(self, context: ssl.SSLContext) -> None:
        # ssl reads files only, so the key goes through one that nobody else can open or decrypt
        handle, name = tempfile.mkstemp(prefix="ehr-node-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(self._pem)
            context.load_cert_chain(name, password=self._password)
        finally:
            Path(name).unlink()


def proven_key(connection: ssl.SSLObject | None, known: Collection[bytes]) -> bytes:
    """Give the peer's public key after a handshake.

    Raises:
        LinkRefusedError: it is not one of `known`, or the connection is not the TLS we speak.
    """
    if connection is None or connection.version() != "TLSv1.3":
        raise LinkRefusedError(Ending.NO_TLS)
    if connection.selected_alpn_protocol() != _ALPN:
        raise LinkRefusedError(Ending.OTHER_PROTOCOL)
    certificate = connection.getpeercert(binary_form=True)
    key = public_key_in(certificate) if certificate else None
    if key is None or key not in known:
        raise LinkRefusedError(Ending.NOT_ON_ROSTER)
    return key
