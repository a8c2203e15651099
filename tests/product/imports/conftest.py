"""A person with a file at the import desk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests.product.cast import Cast
from zhike.imports import actions
from zhike.imports.checking import check_rows
from zhike.imports.models import Import
from zhike.imports.running import run_rows
from zhike.imports.undoing import undo_rows
from zhike.jobs.running import run_due
from zhike.people.models import Person

NOON = datetime(2026, 6, 30, 4, 0, tzinfo=UTC)


def clock() -> datetime:
    return NOON


def silent(done: int, total: int) -> None:
    """Tell nobody."""


class Desk:
    """Takes one person's files through every step, as the jobs do."""

    def __init__(self, by: Person, folder: Path) -> None:
        self.by, self.folder = by, folder

    def bring(self, target: str, content: bytes | str, name: str = "file.csv") -> Import:
        content = content.encode() if isinstance(content, str) else content
        owner = actions.start_import(
            target=target, upload=SimpleUploadedFile(name, content), by=self.by, at=NOON
        )
        return actions.read_upload(owner) if owner.state == "reading" else owner

    def check(self, owner: Import, **options: Any) -> Import:
        said = {**owner.options, **options}
        actions.match_columns(owner=owner, options=said, by=self.by, at=NOON)
        checked = check_rows(owner, silent)
        Import.objects.filter(pk=owner.pk).update(state="checked", checked=checked, rows=checked["rows"])
        owner.refresh_from_db()
        return owner

    def run(self, owner: Import) -> Import:
        actions.begin_import(owner=owner, by=self.by, at=NOON)
        return run_rows(owner, clock, silent)

    def take(self, target: str, content: bytes | str, name: str = "file.csv", **options: Any) -> Import:
        """Bring, check and run."""
        return self.run(self.check(self.bring(target, content, name), **options))

    def undo(self, owner: Import) -> Import:
        actions.undo_import(owner=owner, by=self.by, at=NOON)
        return undo_rows(owner, clock, silent)

    def book(self, rows: list[list[Any]], sheet: str = "Sheet1", before: tuple[str, ...] = ()) -> bytes:
        """A workbook with one sheet, after some that hold one line each."""
        path = self.folder / "book.xlsx"
        with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"}) as book:
            for title in before:
                book.add_worksheet(title).write(0, 0, "read me")
            page = book.add_worksheet(sheet)
            for number, row in enumerate(rows):
                for column, cell in enumerate(row):
                    page.write(number, column, cell)
        return path.read_bytes()


class Walk:
    """The wizard as a person walks through it, with the jobs done at once."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def upload(self, target: str, content: bytes | str, name: str = "orders.csv") -> Any:
        file = SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)
        answer = self.client.post("/imports/new/", {"target": target, "upload": file})
        assert answer.status_code == 302, answer.content.decode()[:3000]
        self.owner = Import.objects.latest("id")
        return self.page()

    def page(self) -> Any:
        answer = self.client.get(f"/imports/{self.owner.key}/")
        assert answer.status_code == 200
        self.owner.refresh_from_db()
        return answer

    def post(self, what: str, **data: Any) -> Any:
        answer = self.client.post(f"/imports/{self.owner.key}/{what}/", data)
        run_due(clock=timezone.now)
        self.owner.refresh_from_db()
        return answer

    def match(self, **changes: Any) -> Any:
        """Send the matching page as it stands, with changes."""
        form = {}
        for row in self.page().context["fields"]:
            code = row["field"].code
            form[f"c-{code}"] = next((str(one["value"]) for one in row["columns"] if one["chosen"]), "")
            form[f"d-{code}"] = row["default"]
            form[f"t-{code}"] = next((str(one["value"]) for one in row["factors"] if one["chosen"]), "")
        return self.post(
            "match",
            **{**form, "mode": "both", "match": "number", "repeats": "reject", "decimal": ".", **changes},
        )


def counts(owner: Import) -> tuple[int, int, int, int]:
    """Added, updated, unchanged, rejected."""
    return owner.created, owner.updated, owner.unchanged, owner.rejected


@pytest.fixture
def desk_of(cast: Any, data_dir: Path, tmp_path: Path) -> Callable[[str], Desk]:
    """`desk_of("ming")` is the desk of that person of the cast."""
    return lambda name: Desk(getattr(cast.people, name), tmp_path)


@pytest.fixture
def desk(desk_of: Callable[[str], Desk]) -> Desk:
    """The desk of the account manager Ming."""
    return desk_of("ming")


@pytest.fixture
def head(cast: Cast, client_for: Callable[[Person | None], Client], data_dir: Path) -> Walk:
    """The department head of the key accounts at the wizard."""
    return Walk(client_for(cast.people.head))
