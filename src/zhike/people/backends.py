"""Who signs in: allauth's backend, with the person's places in the same query."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from zhike.people.models import Person


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """Finds the person of a session together with department and region, which every list asks for."""

    def get_user(self, user_id: Any) -> Person | None:
        """The person, unless the account is closed."""
        return (
            Person.objects.select_related("department", "region").filter(pk=user_id, is_active=True).first()
        )
