"""What can be wrong with a row, as sentences for people. `%(value)s` is the cell as it stands in the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

PROBLEMS: dict[str, Any] = {
    "row_broken": _(
        "The row has more cells than there are columns; a separator inside a text is not in quotes."
    ),
    "number_unreadable": _("“%(value)s” is not a number."),
    "date_unreadable": _("“%(value)s” is not a day that exists, or not written as chosen above."),
    "bool_unreadable": _("“%(value)s” is neither yes nor no."),
    "not_whole": _("“%(value)s” is not a whole number."),
    "too_large": _("“%(value)s” is too large."),
    "unknown_word": _("“%(value)s” is none of the values that are possible here: %(known)s."),
    "unknown_left": _(
        "“%(value)s” is none of the values that are possible here (%(known)s); the cell is left empty."
    ),
    "unknown_currency": _("“%(value)s” is not a currency code such as CNY or USD."),
    "empty": _("is missing"),
    "damaged": _("“%(value)s” holds characters that no text has; export the file again."),
    "excel_error": _("“%(value)s” is an error of the spreadsheet."),
    "too_long": _("The text is longer than %(limit)s characters."),
    "no_email": _("“%(value)s” is not an e-mail address."),
    "no_address": _("“%(value)s” cannot be the code of a customer: it cannot stand in an address."),
    "twice": _("Stands further up already, in row %(first)s."),
    "there": _("Is there already; this import only adds."),
    "not_there": _("Is not there; this import only updates."),
    "taken": _("“%(value)s” is taken by a record that you do not see."),
    "several": _("Several records fit “%(value)s”."),
    "unknown_customer": _("There is no customer “%(value)s” that you see."),
    "unknown_person": _("There is nobody called “%(value)s”."),
    "has_left": _("“%(value)s” has left the company."),
    "only_you": _("Your roles let you name only yourself, not “%(value)s”."),
    "unknown_region": _("There is no region “%(value)s”."),
    "unknown_department": _("There is no department “%(value)s”."),
    "unknown_country": _("There is no country “%(value)s”."),
    "unknown_order": _("There is no order “%(value)s” that you see."),
    "unknown_contact": _("The customer has no contact “%(value)s”."),
    "no_key": _("is missing, so nobody can tell which record it is"),
    "not_positive": _("A rate is above zero."),
    "positive_return": _("A return has an amount below zero."),
    "no_record": _("The row is a sum, a note or a header, not a record; it is left out."),
    "other_currency": _("“%(value)s” is in another currency than the row."),
    "no_right": _("Your roles do not let you do this."),
    "namesake": _(
        "A customer called “%(value)s” is there already under another code, and the row adds a second one. "
        "To update that one instead, match by name."
    ),
    "rounded": _("“%(value)s” has more decimals than are kept; it is rounded half up."),
    "id_with_decimals": _("“%(value)s” ends in .0 as if it had been a number; is it right?"),
}
"""Code -> sentence. Those of `NOTES` in `parsing` keep no row out."""

REFUSALS: dict[str, Any] = {
    "empty": _("The file holds nothing."),
    "foreign": _("This is neither a workbook nor a text file with columns. Save it as .xlsx or .csv."),
    "markup": _(
        "This is a web page that only bears the name of a workbook. Open it in Excel and save it as .xlsx."
    ),
    "password": _("The workbook needs a password. Save it without one."),
    "macros": _("The workbook holds macros. Save it as .xlsx without macros."),
    "bomb": _("The file unpacks to far more than it should. Save only the sheet you need as a new file."),
    "entities": _(
        "The workbook holds declarations that Excel does not write. Save it in Excel as a new .xlsx."
    ),
    "damaged": _("The file is damaged. Open it in Excel and save it again."),
    "not_text": _("The text is in an encoding that cannot be told. Save it as “CSV UTF-8” or as .xlsx."),
    "too_large": _("The file is larger than %(most)s MB."),
    "too_many_rows": _("The file has more than %(most)s rows. Split it."),
    "too_many_columns": _("The file has more than %(most)s columns. Leave out those you do not need."),
    "formula": _("%(why)s"),
    "lost": _("The file is no longer there. Upload it again."),
}
"""Code -> why a file was refused, and the way out."""


class _Forgiving(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "—"


def sentence(problem: Mapping[str, Any], value: str = "", label: str = "", known: str = "") -> str:
    """A problem in the reader's language, the field in front; `known` are the values that are possible."""
    text = str(PROBLEMS.get(problem["code"], problem["code"])) % _Forgiving(
        {"value": value[:80], "known": known, **problem.get("words", {})}
    )
    return gettext("%(field)s: %(problem)s") % {"field": label, "problem": text} if label else text


def refusal(code: str, words: Mapping[str, Any]) -> str:
    """Why a file was refused."""
    return str(REFUSALS.get(code, code)) % _Forgiving(words)
