"""Hidden folders beside a target: held while they are written, swept once nobody holds them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from zhike import beside


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_an_earlier_output_that_a_killed_swap_left_aside_comes_back(tmp_path: Path) -> None:
    aside = tmp_path / ".out-abc" / beside.EARLIER
    aside.mkdir(parents=True)
    (aside / "run.json").write_text("earlier")
    beside.sweep(tmp_path / "out")
    assert names(tmp_path) == ["out"]
    assert (tmp_path / "out" / "run.json").read_text() == "earlier"


def test_an_output_that_is_there_stays_when_an_older_one_stands_aside(tmp_path: Path) -> None:
    (tmp_path / ".out-abc" / beside.EARLIER).mkdir(parents=True)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "run.json").write_text("newer")
    beside.sweep(tmp_path / "out")
    assert names(tmp_path) == ["out"]
    assert (tmp_path / "out" / "run.json").read_text() == "newer"


def test_only_what_belongs_to_the_target_is_swept(tmp_path: Path) -> None:
    kept = [".other-abc", ".out", "out-abc"]
    for name in [*kept, ".out-abc"]:
        (tmp_path / name).mkdir()
    beside.sweep(tmp_path / "out")
    assert names(tmp_path) == kept


def test_a_folder_swept_before_it_was_held_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take, made = beside._take, []

    def late(folder: Path) -> int | None:
        made.append(folder)
        held = take(folder)
        if len(made) == 1:
            shutil.rmtree(folder)
        return held

    monkeypatch.setattr(beside, "_take", late)
    with beside.building(tmp_path / "out") as fresh:
        assert fresh.is_dir()
        beside.put_in_place(fresh, tmp_path / "out")
    assert len(made) == 2
    assert names(tmp_path) == ["out"]


def test_who_comes_second_replaces_who_came_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out, rename = tmp_path / "out", Path.rename

    def quicker(self: Path, target: Path) -> Path:
        if self.name == "out" and self != out and not made:
            made.append(out)
            out.mkdir()
            (out / "theirs").write_text("x")
        return rename(self, target)

    made: list[Path] = []
    with beside.building(out) as fresh:
        (fresh / "mine").write_text("x")
        monkeypatch.setattr(Path, "rename", quicker)
        beside.put_in_place(fresh, out)
    assert (names(tmp_path), names(out)) == (["out"], ["mine"])


def test_an_interrupt_before_the_folder_is_held_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(folder: Path) -> None:
        assert folder.is_dir()
        raise KeyboardInterrupt

    monkeypatch.setattr(beside, "_take", interrupted)
    with pytest.raises(KeyboardInterrupt), beside.building(tmp_path / "out"):
        pass
    assert list(tmp_path.iterdir()) == []
