"""Migrations that give the shipped roles of an installation that is there already the rights that came later.

Nobody can have taken these rights away before: they were not there. What a company changed in its roles stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.migrations import RunPython


class GiveRights(RunPython):
    """Add to each role, by its code, the rights that it lacks, at the end; backwards take them away again."""

    def __init__(self, given: Mapping[str, Sequence[str]]) -> None:
        def give(apps: Any, editor: Any) -> None:
            for role in _roles(apps, editor, given):
                lacking = [verb for verb in given[role.code] if verb not in role.verbs]
                if lacking:
                    role.verbs = [*role.verbs, *lacking]
                    role.save(update_fields=["verbs"])

        def take(apps: Any, editor: Any) -> None:
            for role in _roles(apps, editor, given):
                role.verbs = [verb for verb in role.verbs if verb not in given[role.code]]
                role.save(update_fields=["verbs"])

        super().__init__(give, take)


def _roles(apps: Any, editor: Any, given: Mapping[str, Sequence[str]]) -> Any:
    return apps.get_model("zhike", "Role").objects.using(editor.connection.alias).filter(code__in=given)
