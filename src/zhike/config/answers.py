"""What answers where no view does: an address that is not there, a form that stood open for too long.

The pages of customers answer for themselves, in their own look and language, with nothing of the company's side in them.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase

from zhike.people.doors import open_to_all
from zhike.portal.doors import PATH
from zhike.portal.entry_views import lost, stale
from zhike.ui import views


@open_to_all
def not_found(request: HttpRequest, exception: Any = None) -> HttpResponseBase:
    """404."""
    return lost(request) if request.path.startswith(PATH) else views.not_found(request, exception)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """A form that was open for too long, or that came from elsewhere."""
    return stale(request) if request.path.startswith(PATH) else views.csrf_failed(request, reason)
