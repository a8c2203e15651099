"""Lists as files."""

from __future__ import annotations

import python_calamine

from zhike.lists import files


def test_what_one_sheet_cannot_hold_goes_on_in_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MOST_ROWS", 2)
    path = tmp_path / "list.xlsx"
    count = files.write_xlsx(path, "客户", ["编号"], ([number] for number in range(5)), "mark")
    book = python_calamine.CalamineWorkbook.from_path(path)
    found = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    assert count == 5
    assert {name: [row[0] for row in rows] for name, rows in found.items()} == {
        "客户": ["编号", 0, 1], "客户 2": ["编号", 2, 3], "客户 3": ["编号", 4, "", "mark"],
    }  # fmt: skip
