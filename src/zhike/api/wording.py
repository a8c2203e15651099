"""What is wrong with a value of a request, in the reader's language: the library that checks them speaks English only."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.api.shapes import TEXT

WRONG: dict[str, Any] = {
    "missing": _("is missing"),
    "extra_forbidden": _("is not known here"),
    "string_type": _("must be a text"),
    "string_unicode": _("holds characters that no text has"),
    "string_too_short": _("must have at least %(min_length)s characters"),
    "string_too_long": _("may have at most %(max_length)s characters"),
    "string_pattern_mismatch": _("must look like %(pattern)s"),
    "int_type": _("must be a whole number"),
    "int_parsing": _("must be a whole number"),
    "int_parsing_size": _("is too large"),
    "int_from_float": _("must be a whole number"),
    "decimal_type": _("must be a number"),
    "decimal_parsing": _("must be a number"),
    "finite_number": _("must be a finite number"),
    "decimal_max_digits": _("may have at most %(max_digits)s digits"),
    "decimal_max_places": _("may have at most %(decimal_places)s decimals"),
    "decimal_whole_digits": _("may have at most %(whole_digits)s digits before the point"),
    "greater_than_equal": _("must be at least %(ge)s"),
    "greater_than": _("must be more than %(gt)s"),
    "less_than_equal": _("must be at most %(le)s"),
    "less_than": _("must be less than %(lt)s"),
    "bool_type": _("must be true or false"),
    "bool_parsing": _("must be true or false"),
    **dict.fromkeys(
        ("datetime_type", "datetime_parsing", "datetime_from_date_parsing"),
        _("must be a moment such as 2026-01-31T09:30:00+08:00"),
    ),
    "date_type": _("must be a day such as 2026-01-31"),
    "date_parsing": _("must be a day such as 2026-01-31"),
    "date_from_datetime_parsing": _("must be a day such as 2026-01-31"),
    "date_from_datetime_inexact": _("must be a day without a time"),
    "list_type": _("must be a list"),
    "too_long": _("may hold at most %(max_length)s entries"),
    "too_short": _("must hold at least %(min_length)s entries"),
    "dict_type": _("must be an object"),
    "model_type": _("must be an object"),
    "model_attributes_type": _("must be an object"),
    "literal_error": _("must be one of %(expected)s"),
}
"""Kind of a mistake, as pydantic names it -> what to say; the words in it come with the mistake."""
OTHER = _("is not as described")


def wrong(mistake: Mapping[str, Any]) -> str:
    """The sentence for one mistake.

    >>> wrong({"type": "less_than_equal", "ctx": {"le": 100}})
    'must be at most 100'
    """
    words = dict(mistake.get("ctx", {}))
    if "expected" in words:
        words["expected"] = ", ".join(re.findall("'([^']*)'", str(words["expected"])))
    kind = "string_unicode" if words.get("pattern") == TEXT else mistake["type"]
    try:
        return str(WRONG.get(kind, OTHER)) % words
    except (KeyError, TypeError):
        return str(OTHER)
