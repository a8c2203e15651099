"""Exact amounts in the database: whole numbers of 10^-4, so that sums are exact on every database."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django.core import exceptions
from django.db import models
from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy as _

PLACES = 4
ONE = 10**PLACES
LIMIT = 9 * 10**14  # units of the currency; 9e18 whole numbers fit in 64 bits


def whole(value: Decimal) -> int:
    """An amount as a whole number of 10^-4, rounded half up."""
    return int((value * ONE).quantize(Decimal(1), ROUND_HALF_UP))


def amount(number: int) -> Decimal:
    """The amount of a whole number of 10^-4."""
    return Decimal(number).scaleb(-PLACES)


class AmountField(models.BigIntegerField):  # type: ignore[type-arg]
    """A Decimal of up to four decimals, stored as a whole number. Sums and comparisons run in the database."""

    _pyi_private_set_type: Decimal | int | str | Combinable  # type: ignore[assignment]
    _pyi_private_get_type: Decimal  # type: ignore[assignment]
    _pyi_lookup_exact_type: Decimal | int | str  # type: ignore[assignment]
    description = "Exact amount"
    default_error_messages = {
        "invalid": _("“%(value)s” is not an amount."),
        "large": _("The amount is too large."),
    }

    def from_db_value(self, value: int | None, expression: Any, connection: Any) -> Decimal | None:
        return None if value is None else amount(int(value))

    def get_prep_value(self, value: Any) -> int | None:
        found = self.to_python(value)
        return None if found is None else whole(found)

    def to_python(self, value: Any) -> Decimal | None:
        if value is None or value == "":
            return None
        try:
            found = value if isinstance(value, Decimal) else Decimal(str(value))
        except InvalidOperation as error:
            raise exceptions.ValidationError(
                self.error_messages["invalid"], "invalid", {"value": value}
            ) from error
        if not found.is_finite() or abs(found) > LIMIT:
            raise exceptions.ValidationError(self.error_messages["large"], "large", {"value": value})
        return found

    @property
    def validators(self) -> list[Any]:
        """None: `to_python` has the only bounds."""
        return []

    def formfield(self, **kwargs: Any) -> Any:
        from django import forms

        return super(models.BigIntegerField, self).formfield(
            **{"form_class": forms.DecimalField, "decimal_places": PLACES, "max_digits": 19, **kwargs}
        )
