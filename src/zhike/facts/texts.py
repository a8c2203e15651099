"""Text files made ready for reading: decompressed, decoded to UTF-8, fingerprinted, in one pass over the bytes."""

from __future__ import annotations

import codecs
import csv
import errno
import gzip
import hashlib
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from zhike.messages import NOTHING, Said, say, system_says
from zhike_engine.errors import FactsInvalid

CHUNK = 1 << 20
HEAD = 1 << 18
"""How much of a file is searched for its header row."""

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_BLANK_LINES = (b"\n\n", b"\n\r\n")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Size in bytes and SHA-256 of a file as it lies on the disk."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class TextFile:
    """A file ready for the CSV reader. `ready` is UTF-8 text; `has_gaps` tells of blank lines between rows."""

    path: Path
    ready: Path
    encoding: str
    fingerprint: Fingerprint
    head: str
    has_gaps: bool


def fingerprint(path: Path) -> Fingerprint:
    """Size and SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
    return Fingerprint(path.stat().st_size, digest.hexdigest())


def make_ready(path: Path, ready: Path, said: str | None) -> TextFile:
    """Read `path` once; a copy is written to `ready` only where the bytes are not plain UTF-8 already.

    Without a said encoding it is told from the byte order mark, else UTF-8 is tried, then GB18030.
    Raises FactsInvalid for an empty or damaged file and for bytes that are not text in the encoding.
    """
    first, *others = [said] if said else _candidates(path)
    try:
        return _read(path, ready, first)
    except OSError as problem:
        if problem.errno in _NO_ROOM:
            raise
        message = say(
            "file `{name}` cannot be read: {reason}",
            name=path.name,
            reason=system_says(problem),
        )
        raise FactsInvalid(message, place=str(path), hint=say("look at its permissions")) from None
    except _NotText as problem:
        fitting = _fits_gb18030(path)
        if not others:
            hint = (
                say("it reads as GB18030: say `encoding: gb18030`")
                if fitting and first != "gb18030"
                else NOTHING
            )
            raise problem.refusal(hint or say("say the right `encoding` in the mapping")) from None
        if not fitting:
            raise problem.refusal(
                say("say its `encoding` in the mapping, such as `cp1252` or `big5`")
            ) from None
        return _read(path, ready, *others)


class _NotText(Exception):
    """Bytes that are not text in the encoding that was tried."""

    def __init__(self, path: Path, encoding: str, line: int) -> None:
        super().__init__(encoding)
        self.path, self.encoding, self.line = path, encoding, line

    def refusal(self, hint: Said) -> FactsInvalid:
        message = say(
            "file `{name}` is not {encoding} text at line {line}",
            name=self.path.name,
            encoding=self.encoding.upper(),
            line=self.line,
        )
        return FactsInvalid(message, place=f"{self.path}:{self.line}", hint=hint)


def _read(path: Path, ready: Path, encoding: str) -> TextFile:
    copy = path.suffix == ".gz" or codecs.lookup(encoding).name not in ("utf-8", "utf-8-sig")
    scan = _Scan()
    try:
        with ready.open("wb") if copy else io.BytesIO() as target:
            for chunk in _decoded(path, encoding):
                scan.feed(chunk)
                if copy:
                    target.write(chunk)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise FactsInvalid(
            say("file `{name}` is damaged", name=path.name),
            place=str(path),
            hint=say("copy or export it again"),
        ) from None
    head = scan.head.decode("utf-8", errors="ignore").removeprefix("\ufeff")
    if not head.strip():
        raise FactsInvalid(
            say("file `{name}` is empty", name=path.name),
            place=str(path),
            hint=say("export it again, or take it out"),
        )
    return TextFile(path, ready if copy else path, encoding, fingerprint(path), head, scan.has_gaps)


def _candidates(path: Path) -> list[str]:
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
        try:
            start = stream.read(3)
        except (gzip.BadGzipFile, EOFError, zlib.error):
            return ["utf-8"]
    marked = [name for mark, name in _BOMS if start.startswith(mark)]
    return marked or ["utf-8", "gb18030"]


def _fits_gb18030(path: Path) -> bool:
    """Whether the file is GB18030 text of mostly common characters: accented Latin text decodes too, to rare ones."""
    common = seen = 0
    try:
        for chunk in _decoded(path, "gb18030"):
            foreign = re.findall(r"[^\x00-\x7f]", chunk.decode())
            seen += len(foreign)
            common += len("".join(foreign).encode("gb2312", errors="ignore")) // 2
    except _NotText:
        return False
    return common >= 0.8 * seen


class _Scan:
    """What the chunks of a file tell while they pass: its head, and whether blank lines stand between rows."""

    def __init__(self) -> None:
        self.head = b""
        self.rest = b""
        self.has_gaps = False

    def feed(self, chunk: bytes) -> None:
        if len(self.head) < HEAD:
            self.head += chunk[: HEAD - len(self.head)]
        if not self.has_gaps:
            seen = self.rest + chunk
            solid = seen.rstrip()
            self.has_gaps = any(blank in solid for blank in _BLANK_LINES)
            self.rest = seen[max(len(solid) - 1, 0) :]


def _bytes(path: Path) -> Iterator[bytes]:
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            yield chunk


def _decoded(path: Path, encoding: str) -> Iterator[bytes]:
    """The file as UTF-8 bytes; raises _NotText at the first byte that is not text in the encoding."""
    decoder = codecs.getincrementaldecoder("utf-8" if encoding == "utf-8-sig" else encoding)()
    as_is = encoding.startswith("utf-8")
    lines = 1
    for chunk in _bytes(path):
        held = decoder.getstate()[0]
        try:
            text = decoder.decode(chunk)
        except UnicodeDecodeError as problem:
            before = (held + chunk)[: problem.start].decode(encoding, errors="ignore")
            raise _NotText(path, encoding, lines + before.count("\n")) from None
        lines += text.count("\n")
        yield chunk if as_is else text.encode()
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise _NotText(path, encoding, lines) from None


def header_of(text: TextFile, row: int, delimiter: str | None) -> tuple[list[str], str]:
    """The column names in the header row, counted as a spreadsheet counts rows, and the delimiter.

    Raises FactsInvalid when the file has no such row or the row is blank.
    """
    sign = delimiter or _delimiter(text.head, row)
    reader = csv.reader(io.StringIO(text.head), delimiter=sign)
    try:
        names = next((names for number, names in enumerate(reader, start=1) if number == row), [])
    except csv.Error:
        names = []
    clean = [" ".join(name.split()) for name in names]
    if not any(clean):
        hint = say("say with `header:` which row holds the column names")
        raise FactsInvalid(
            say("file `{name}` has no column names in row {row}", name=text.path.name, row=row),
            place=str(text.path),
            hint=hint,
        )
    return clean, sign


def _delimiter(head: str, row: int) -> str:
    """The sign that splits the header row into the most columns."""
    line = next((line for number, line in enumerate(head.splitlines(), start=1) if number == row), "")
    bare = re.sub(r'"[^"]*"', "", line)
    return max([",", ";", "\t", "|"], key=bare.count)
