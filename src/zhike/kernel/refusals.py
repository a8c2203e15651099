"""What the product refuses. Pages answer with the status and the sentence; the API with the code.

Refused                    status  code
├── Forbidden              403     forbidden        this person may not do this
├── GateClosed             403     gate_closed      something must come first: an agreement, a certificate
├── Invalid                422     invalid          a value cannot be taken; `fields` says which and why
├── NotThere               404     not_found        a record that does not exist for this person
├── Conflict               409     conflict         someone else was first, or the record has changed
├── TooMany                429     too_many         a daily limit is reached
└── Unavailable            503     unavailable      a part of the installation is not there or full
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Refused(Exception):
    """A refusal with a sentence for people; nothing has been written."""

    status = 400
    code = "refused"

    def __init__(
        self, message: Any, *, fields: Mapping[str, Any] | None = None, way_out: Any = "", link: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.fields = dict(fields or {})
        self.way_out = way_out
        self.link = link

    def __str__(self) -> str:
        return str(self.message)


class Forbidden(Refused):
    """This person may not do this."""

    status = 403
    code = "forbidden"


class GateClosed(Refused):
    """Something must come first; `link` leads there."""

    status = 403
    code = "gate_closed"


class Invalid(Refused):
    """A value cannot be taken."""

    status = 422
    code = "invalid"


class NotThere(Refused):
    """A record that does not exist for this person."""

    status = 404
    code = "not_found"


class Conflict(Refused):
    """Someone else was first, or the record has changed since it was read."""

    status = 409
    code = "conflict"


class TooMany(Refused):
    """A limit of this person is reached."""

    status = 429
    code = "too_many"


class Unavailable(Refused):
    """A part of the installation is missing, or full."""

    status = 503
    code = "unavailable"
