from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from zhike_engine.errors import DocumentInvalid
from zhike_engine.policy.yaml import load_document, parse_document


def test_scalars_mean_what_they_say() -> None:
    data = parse_document('a: NO\nb: true\nc: 1.50\nd: 007\ne: 2026-01-31\nf: "true"\ng: ~\n12: x').data
    expected = {
        "a": "NO",
        "b": True,
        "c": Decimal("1.50"),
        "d": "007",
        "e": "2026-01-31",
        "f": "true",
        "g": None,
        "12": "x",
    }
    assert data == expected


def test_every_element_knows_its_place() -> None:
    document = parse_document("a:\n  - x: 1\n    y: 2\n", "p.yaml")
    assert str(document.place(("a", 0, "y"))) == "p.yaml:3:5"
    assert str(document.place(("a", 0, "y", "unknown"))) == "p.yaml:3:5"


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("a: 1\na: 2", "key `a` stands twice", "t:2:1"),
        ("a: &x 1\nb: *x", "anchors and aliases", "t:1:4"),
        ("a: [1, 2", "not valid YAML", "t:"),
        ("a:\n\t- 1", "not valid YAML", "t:2"),
        ("? [a]\n: 1", "a key must be plain text", "t:1:3"),
        ("", "the file is empty", "t"),
        ("# only a comment", "the file is empty", "t"),
    ],
)
def test_what_is_not_a_document_is_refused_with_its_place(text: str, message: str, place: str) -> None:
    with pytest.raises(DocumentInvalid) as caught:
        parse_document(text, "t")
    assert message in caught.value.message
    assert caught.value.place.startswith(place)


def test_a_file_in_another_encoding_is_refused_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    file.write_bytes("a: 1\nb: 客户".encode("gb18030"))
    with pytest.raises(DocumentInvalid) as caught:
        load_document(file)
    assert caught.value.place == f"{file}:2"
    assert "UTF-8" in caught.value.hint


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    file.write_bytes("\ufeffa: 1".encode())
    assert load_document(file).data == {"a": 1}


@pytest.mark.parametrize("deep", ["[" * 300_000, "a: " + "{a: " * 300_000, "- " * 300_000])
def test_lists_within_lists_without_end_are_refused(deep: str) -> None:
    """They would end the process that reads them."""
    with pytest.raises(DocumentInvalid, match="deeper"):
        parse_document(deep)
