"""A spot in a policy document, from which issues are made."""

from __future__ import annotations

from zhike_engine.issues import Issue
from zhike_engine.messages import NOTHING, Said
from zhike_engine.policy.load import Policy


class Spot:
    """The place of an element, by its path of keys."""

    def __init__(self, policy: Policy, *path: str | int) -> None:
        self.place = policy.source.place(path)

    def error(self, message: Said, hint: Said = NOTHING) -> Issue:
        """An issue that keeps the policy from running."""
        return Issue("error", self.place, message, hint)

    def warning(self, message: Said, hint: Said = NOTHING) -> Issue:
        """An issue that someone should settle before publication."""
        return Issue("warning", self.place, message, hint)

    def note(self, message: Said, hint: Said = NOTHING) -> Issue:
        """Something worth knowing."""
        return Issue("note", self.place, message, hint)
