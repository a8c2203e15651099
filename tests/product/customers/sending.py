"""Forms as a browser sends them."""

from __future__ import annotations


def settled_form(client, path):
    """The values of a form as a browser would send them."""
    form = client.get(path).context["form"]
    return {name: "" if form[name].value() is None else form[name].value() for name in form.fields}
