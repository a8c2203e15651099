"""The kinds of jobs, and what happens periodically. Registered when the product starts.

@job("import_rows", title=_("Import of rows"))
def import_rows(run: Run) -> dict[str, Any]:
    for number, row in enumerate(rows, 1):
        run.progress(number, len(rows))
        with run.step(f"row-{number}") as fresh:
            if fresh:
                ...                    # in one transaction with the step: happens once, whatever dies when

every("nightly_backup", daily="02:30", kind="backup")
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from django.utils import timezone

if TYPE_CHECKING:
    from zhike.jobs.running import Run

Handler = Callable[["Run"], "dict[str, Any] | None"]
H = TypeVar("H", bound=Handler)


@dataclass(frozen=True)
class Kind:
    """How jobs of a kind are done: at most `tries` times; `quick` ones have a lane of their own."""

    name: str
    title: Any
    handler: Handler
    tries: int
    quick: bool


@dataclass(frozen=True)
class Periodic:
    """Work that comes back: every so many minutes, or daily at a local time."""

    name: str
    kind: str
    minutes: int = 0
    daily: time | None = None

    def after(self, at: datetime) -> datetime:
        """The next time after a moment. Times that were missed count as one."""
        if self.daily is None:
            return at + timedelta(minutes=self.minutes)
        local = timezone.localtime(at)
        today = local.replace(hour=self.daily.hour, minute=self.daily.minute, second=0, microsecond=0, fold=0)
        if today > local:
            return today
        tomorrow = local.date() + timedelta(days=1)
        return timezone.make_aware(datetime.combine(tomorrow, self.daily))


KINDS: dict[str, Kind] = {}
PERIODIC: dict[str, Periodic] = {}


def job(name: str, *, title: Any, tries: int = 5, quick: bool = False) -> Callable[[H], H]:
    """Register the function that does jobs of a kind. It gets a `Run` and may be run twice."""

    def keep(handler: H) -> H:
        if name in KINDS:
            raise ValueError(f"the kind of job `{name}` is registered twice")
        KINDS[name] = Kind(name, title, handler, tries, quick)
        return handler

    return keep


def every(name: str, *, kind: str, minutes: int = 0, daily: str = "") -> None:
    """Queue a job of a kind every so many minutes, or daily at `HH:MM` of the company's time zone."""
    if name in PERIODIC:
        raise ValueError(f"the periodic work `{name}` is registered twice")
    if bool(minutes) == bool(daily):
        raise ValueError(f"`{name}` needs either minutes or a time of day")
    PERIODIC[name] = Periodic(name, kind, minutes, time.fromisoformat(daily) if daily else None)


def kind_of(name: str) -> Kind:
    """A registered kind. Raises ValueError for any other."""
    if name not in KINDS:
        raise ValueError(f"no kind of job `{name}` is registered")
    return KINDS[name]


def title_of(name: str) -> str:
    """A kind in the reader's language; the bare name when the kind is gone."""
    return str(KINDS[name].title) if name in KINDS else name
