"""Pages of tokens."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from zhike.api.actions import make_token, revoke_token
from zhike.api.forms import TokenForm
from zhike.api.models import Token
from zhike.kernel.refusals import Refused
from zhike.people.doors import door, me


@door("use_api")
def tokens(request: HttpRequest) -> HttpResponse:
    """One's own tokens."""
    day = timezone.localdate()
    rows = [
        (one, one.revoked_at is None and one.until_on >= day)
        for one in Token.objects.filter(person=me(request))[:200]
    ]
    return render(request, "api/tokens.html", {"rows": rows})


@door("use_api")
def new_token(request: HttpRequest) -> HttpResponse:
    """Make a token; its secret is shown this once."""
    form = TokenForm(request.POST or None, person=me(request))
    if request.method == "POST" and form.is_valid():
        try:
            token, secret = make_token(by=me(request), at=timezone.now(), **form.cleaned_data)
        except Refused as refusal:
            form.add_error(next((name for name in refusal.fields if name in form.fields), None), str(refusal))
        else:
            return render(request, "api/secret.html", {"token": token, "secret": secret})
    return render(request, "api/new_token.html", {"form": form}, status=422 if form.errors else 200)


@door("use_api")
@require_POST
def token_revoked(request: HttpRequest, key: int) -> HttpResponse:
    """End one's own token."""
    revoke_token(
        token=get_object_or_404(Token, pk=key, person=me(request)), by=me(request), at=timezone.now()
    )
    messages.success(request, _("The token was revoked."))
    return redirect("tokens")
