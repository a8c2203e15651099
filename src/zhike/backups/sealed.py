"""Files that only a passphrase opens: AES-256-GCM in chunks under a key that scrypt derives.

    ZHIKEBK1 | length of the header | header (JSON: salt, cost) | chunk | chunk | ... | last chunk
    chunk = length | AES-256-GCM(nonce = 7 random bytes, 4-byte number, 1 byte that is 1 in the last chunk; header as data)

A chunk that is changed, moved, left out or cut off does not open. Nothing that was read is to be trusted before `close`
of the reader has seen the last chunk.
"""

from __future__ import annotations

import base64
import io
import json
import os
import struct
from typing import IO, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from zhike.kernel.unfit import InstallationUnfit
from zhike.messages import say

MAGIC = b"ZHIKEBK1"
CHUNK = 1 << 20
COST = {"n": 1 << 15, "r": 8, "p": 1}
MOST_HEADER = 4096
MOST_COST = 1 << 20


def _key(passphrase: bytes, header: dict[str, Any]) -> bytes:
    if not (0 < header["n"] <= MOST_COST and 0 < header["r"] <= 64 and 0 < header["p"] <= 16):
        raise ValueError("cost out of bounds")
    salt = base64.b64decode(header["salt"])
    return Scrypt(salt=salt, length=32, n=header["n"], r=header["r"], p=header["p"]).derive(passphrase)


def _nonce(prefix: bytes, number: int, last: bool) -> bytes:
    return prefix + struct.pack(">IB", number, last)


class Sealer(io.RawIOBase):
    """Writes a sealed file; `close` writes the last chunk."""

    def __init__(self, out: IO[bytes], passphrase: bytes) -> None:
        self.out, self.prefix, self.number, self.held = out, os.urandom(7), 0, bytearray()
        header = {
            **COST,
            "salt": base64.b64encode(os.urandom(16)).decode(),
            "prefix": base64.b64encode(self.prefix).decode(),
        }
        self.head = json.dumps(header, sort_keys=True).encode()
        self.cipher = AESGCM(_key(passphrase, header))
        out.write(MAGIC + struct.pack(">I", len(self.head)) + self.head)

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.held += data
        while len(self.held) > CHUNK:
            self._put(bytes(self.held[:CHUNK]), last=False)
            del self.held[:CHUNK]
        return len(data)

    def finish(self) -> None:
        """Write the last chunk: without it, the file does not open."""
        self._put(bytes(self.held), last=True)
        self.held.clear()

    def _put(self, plain: bytes, last: bool) -> None:
        sealed = self.cipher.encrypt(_nonce(self.prefix, self.number, last), plain, self.head)
        self.out.write(struct.pack(">I", len(sealed)) + sealed)
        self.number += 1


class Opener(io.RawIOBase):
    """Reads a sealed file. Raises InstallationUnfit for a wrong passphrase or a damaged file."""

    def __init__(self, source: IO[bytes], passphrase: bytes) -> None:
        self.source, self.number, self.held, self.ended = source, 0, b"", False
        try:
            if source.read(len(MAGIC)) != MAGIC:
                raise ValueError("another kind of file")
            (size,) = struct.unpack(">I", source.read(4))
            self.head = source.read(min(size, MOST_HEADER))
            header = json.loads(self.head)
            self.prefix = base64.b64decode(header["prefix"])
            self.cipher = AESGCM(_key(passphrase, header))
        except (ValueError, KeyError, TypeError, struct.error) as error:
            raise InstallationUnfit(say("the file is no backup of Zhike")) from error

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self.held and not self.ended:
            self._next()
        count = min(len(buffer), len(self.held))
        buffer[:count] = self.held[:count]
        self.held = self.held[count:]
        return count

    def drain(self) -> None:
        """Read to the last chunk, so that a file that was cut off is found."""
        while not self.ended:
            self._next()

    def _next(self) -> None:
        size = self.source.read(4)
        sealed = self.source.read(struct.unpack(">I", size)[0]) if len(size) == 4 else b""
        for last in (False, True):
            try:
                self.held = self.cipher.decrypt(_nonce(self.prefix, self.number, last), sealed, self.head)
            except (InvalidTag, ValueError):
                continue
            self.number, self.ended = self.number + 1, last
            return
        raise InstallationUnfit(
            say("the backup is damaged, or the passphrase is another"),
            hint=say("nothing was changed; try an older backup, or the passphrase of that time"),
        )
