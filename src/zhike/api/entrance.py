"""The API as one object: its title, its keys, its one handler of errors."""

from __future__ import annotations

from typing import Any

from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.renderers import JSONRenderer

from zhike.api import (
    figures,
    grading,  # noqa: F401
    intelligence,
)
from zhike.api.accesses import router as accesses
from zhike.api.keys import AUTH
from zhike.api.operations import router
from zhike.api.plans import router as plans
from zhike.api.policies import router as policies
from zhike.api.procedures import router as procedures
from zhike.api.requests import router as requests
from zhike.api.visits import router as visits
from zhike.api.wording import wrong
from zhike.kernel.busy import refusal_of
from zhike.kernel.refusals import Refused
from zhike.people.middleware import note_denial


class Readable(JSONRenderer):
    """JSON in which Chinese stays Chinese."""

    json_dumps_params = {"ensure_ascii": False}


api = NinjaAPI(
    title="Zhike",
    version="1",
    description="Customers, contacts, activities, requests, visits, service plans, orders, receivables, monthly figures, market"
    " intelligence: the same nouns, verbs and rights as the pages.",
    auth=AUTH,
    renderer=Readable(),
    docs_url=None,
    urls_namespace="api",
)
api.add_router("", router)
api.add_router("", policies)
api.add_router("", figures.router)
api.add_router("", intelligence.router)
api.add_router("", procedures)
api.add_router("", requests)
api.add_router("", plans)
api.add_router("", visits)
api.add_router("", accesses)


def _problem(
    request: HttpRequest, status: int, code: str, message: str, fields: dict[str, Any] | None = None
) -> HttpResponse:
    return api.create_response(
        request, {"code": code, "message": message, "fields": fields or {}}, status=status
    )


@api.exception_handler(Refused)
def refused(request: HttpRequest, error: Refused) -> HttpResponse:
    """A refusal of an action."""
    if error.status == 403:
        note_denial(request, error.code)
    fields = {
        name: str(value) if not isinstance(value, dict) else {k: str(v) for k, v in value.items()}
        for name, value in error.fields.items()
    }
    answer = _problem(request, error.status, error.code, str(error), fields)
    if error.status == 503:
        answer.headers["Retry-After"] = "60"
    return answer


@api.exception_handler(OperationalError)
def busy(request: HttpRequest, error: OperationalError) -> HttpResponse:
    """A database that is busy or full: nothing was written."""
    refusal = refusal_of(error)
    if refusal is None:
        raise error
    return refused(request, refusal)


@api.exception_handler(AuthenticationError)
def unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    """No token, or none that is valid."""
    return _problem(request, 401, "unauthenticated", _("Send a valid token, or sign in."))


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """A body or a query that is not as described."""
    fields = {
        ".".join(str(part) for part in one["loc"][1:]) or str(one["loc"][0]): wrong(one)
        for one in error.errors
    }
    return _problem(request, 422, "invalid", _("The request is not as described."), fields)


@api.exception_handler(HttpError)
def unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    """A body that is not JSON, or a change from a browser without its token against forged requests."""
    if error.status_code == 403:
        return _problem(
            request, 403, "forbidden", _("Send the token against forged requests, or a token of the API.")
        )
    return _problem(request, error.status_code, "unreadable", _("The body of the request is not JSON."))


@api.exception_handler(Http404)
def missing(request: HttpRequest, error: Http404) -> HttpResponse:
    """An address or a record that does not exist for this person."""
    return _problem(request, 404, "not_found", _("There is no such record."))
