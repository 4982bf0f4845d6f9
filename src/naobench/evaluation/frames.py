"""Length-prefixed messages between the pool and its workers.

Four bytes of length, big-endian, then the message. An answer starts with `DONE`, `FAILED`
or `REFUSED`.
"""

from __future__ import annotations

import socket
import struct

__all__ = ["DONE", "FAILED", "REFUSED", "FrameReader", "receive", "send"]

DONE = b"+"
"""The rest of the answer is the result."""

FAILED = b"-"
"""The rest of the answer says in words why there is no result."""

REFUSED = b"!"
"""The rest of the answer says in words what is wrong with the request; trying again is no use."""

_LENGTH = struct.Struct(">I")
_CHUNK = 1 << 16


def send(connection: socket.socket, message: bytes) -> None:
    """Send one message.

    Raises:
        OSError: If the other side is gone or does not read.
    """
    connection.sendall(_LENGTH.pack(len(message)) + message)


def receive(connection: socket.socket) -> bytes | None:
    """Wait for one message; None when the other side is gone."""
    reader = FrameReader()
    while (chunk := connection.recv(min(_CHUNK, reader.missing))) != b"":
        message = reader.feed(chunk)
        if message is not None:
            return message
    return None


class FrameReader:
    """Puts one message together from the pieces in which it arrives."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    @property
    def missing(self) -> int:
        """Return how many bytes the part that is being read still lacks."""
        if len(self._buffer) < _LENGTH.size:
            return _LENGTH.size - len(self._buffer)
        (length,) = _LENGTH.unpack_from(self._buffer)
        return int(_LENGTH.size + length - len(self._buffer))

    def feed(self, chunk: bytes) -> bytes | None:
        """Take a piece, at most `missing` bytes or one whole message; return a finished message."""
        self._buffer += chunk
        if len(self._buffer) < _LENGTH.size or self.missing > 0:
            return None
        message = bytes(self._buffer[_LENGTH.size :])
        self._buffer.clear()
        return message
