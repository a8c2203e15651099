"""Idempotency-Key: a request sent twice has one effect and one answer.

The key is claimed by a row in the transaction of the change, so that fifty at once give one effect: the second waits for the
row of the first, or is told that it is running. Refused requests leave nothing, and may be sent again. An answer that is kept is
no right: `again` asks once more what the person may see of it today, and refuses whoever may not any more.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from zhike.api.models import Answered
from zhike.kernel.refusals import Conflict, Invalid
from zhike.people.models import Person

LONGEST = 255


def once(
    request: HttpRequest,
    person: Person,
    at: datetime,
    work: Callable[[], tuple[int, Any]],
    again: Callable[[dict[str, Any]], dict[str, Any]],
) -> tuple[int, Any]:
    """Do `work` once per key of a person; without a key, do it. `again` gives of a kept answer what the person sees now."""
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        with transaction.atomic():
            return work()
    if len(key) > LONGEST:
        raise Invalid(_("The Idempotency-Key is longer than %(most)s characters.") % {"most": LONGEST})
    route = f"{request.method} {request.path}"[:200]
    content = hashlib.sha256(request.body).hexdigest()
    known = Answered.objects.filter(person=person, key=key).first()
    if known is not None:
        return _again(known, route, content, again)
    try:
        with transaction.atomic():
            row = Answered.objects.create(person=person, key=key, route=route, request=content, at=at)
            status, body = work()
            row.status, row.body = status, json.loads(json.dumps(_plain(body), cls=DjangoJSONEncoder))
            row.save(update_fields=["status", "body"])
            return status, body
    except IntegrityError:
        known = Answered.objects.filter(person=person, key=key).first()
        if known is None:
            raise
        return _again(known, route, content, again)


def _again(
    known: Answered, route: str, content: str, again: Callable[[dict[str, Any]], dict[str, Any]]
) -> tuple[int, Any]:
    if (known.route, known.request) != (route, content):
        raise Invalid(_("This Idempotency-Key was used for another request."))
    if known.status is None:
        raise Conflict(_("The first request with this Idempotency-Key is still running."))
    return known.status, again(known.body or {})


def _plain(body: Any) -> Any:
    return body.model_dump(mode="json") if hasattr(body, "model_dump") else body
