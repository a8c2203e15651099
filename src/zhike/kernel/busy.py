"""What the database could not take now, told as a refusal: nothing was written, and sending again helps."""

from __future__ import annotations

from django.db import OperationalError
from django.utils.translation import gettext as _

from zhike.kernel.refusals import Refused, Unavailable

LOCKED = ("database is locked", "database table is locked")
"""SQLite: another writer held the database for longer than the wait of zhike.config.databases."""
FULL = "database or disk is full"
CONTENDED = {"40001", "40P01", "55P03"}
"""PostgreSQL: serialization failure, deadlock, lock not available (https://www.postgresql.org/docs/current/errcodes-appendix.html)."""
DISK = {"53100"}


def refusal_of(error: BaseException) -> Refused | None:
    """The refusal that tells of a database that is busy or full; None for every other fault."""
    if not isinstance(error, OperationalError):
        return None
    state, words = getattr(error.__cause__, "sqlstate", None), str(error)
    if state in CONTENDED or words in LOCKED:
        return Unavailable(
            _("The database is busy with a larger piece of work. Nothing was saved."),
            way_out=_("Wait a minute, then reload this page to send it again."),
        )
    if state in DISK or words == FULL:
        return Unavailable(
            _("The disk of the database is full. Nothing was saved."),
            way_out=_("Tell the administrator; what you typed is still in the page before this one."),
        )
    return None
