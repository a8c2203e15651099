"""One row, and pages by cursor: the key of the last row, signed, so that rows that come or go between two pages never shift one."""

from __future__ import annotations

from typing import Any

from django.core import signing
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from zhike.kernel.refusals import Invalid, NotThere

MOST = 100


def found(rows: QuerySet[Any], key: int, missing: str) -> Any:
    """The row of a key among those that a person sees. Raises NotThere with the sentence `missing`."""
    row = rows.filter(pk=key).first()
    if row is None:
        raise NotThere(missing)
    return row


def cut(rows: QuerySet[Any], after: str, limit: int, salt: str) -> tuple[list[Any], str]:
    """At most `limit` rows after a cursor, newest first, and the next cursor."""
    rows = rows.order_by("-pk")
    if after:
        try:
            rows = rows.filter(pk__lt=int(signing.loads(after, salt=f"cursor:{salt}")))
        except (signing.BadSignature, ValueError, TypeError) as error:
            raise Invalid(
                _("This cursor is not one of ours; start again without it."), fields={"after": _("unknown")}
            ) from error
    found = list(rows[: limit + 1])
    more = len(found) > limit
    shown = found[:limit]
    return shown, signing.dumps(shown[-1].pk, salt=f"cursor:{salt}") if more and shown else ""
