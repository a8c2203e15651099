"""The language of formulas and conditions."""

from __future__ import annotations

from decimal import Decimal

import pytest

from zhike.facts import formula as f
from zhike_engine.errors import MappingInvalid


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("= Quantity", f.Column("Quantity")),
        ("= [金额(万元)]", f.Column("金额(万元)")),
        ('= "GBP"', f.Text("GBP")),
        ('= "a ""b"""', f.Text('a "b"')),
        ("= “甲”", f.Text("甲")),
        (
            "= a - b - 1",
            f.Arithmetic("-", f.Arithmetic("-", f.Column("a"), f.Column("b")), f.Number(Decimal(1))),
        ),
        (
            "= a + b * 2",
            f.Arithmetic("+", f.Column("a"), f.Arithmetic("*", f.Column("b"), f.Number(Decimal(2)))),
        ),
        (
            "= (a + b) * 2",
            f.Arithmetic("*", f.Arithmetic("+", f.Column("a"), f.Column("b")), f.Number(Decimal(2))),
        ),
        ("= concat(a，“-”)", f.Call("concat", (f.Column("a"), f.Text("-")))),
        ("= lookup(g, code = id, 集团)", f.Lookup("g", "code", f.Column("id"), "集团")),
        ("= lookup(g, id, 集团)", f.Lookup("g", "id", f.Column("id"), "集团")),
    ],
)
def test_values(text, node):
    assert f.parse_value(text) == node


def test_and_binds_closer_than_or_and_not_closest():
    node = f.parse_condition("not a is empty and b = 1 or c in (2, 3)")
    assert isinstance(node, f.Logic)
    assert node.word == "or"
    first, second = node.parts
    assert isinstance(first, f.Logic)
    assert first.parts[0] == f.Not(f.Empty(f.Column("a")))
    assert second == f.OneOf(f.Column("c"), (f.Number(Decimal(2)), f.Number(Decimal(3))))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a =", "something is missing at the end"),
        ("a", "is not a condition"),
        ("a and b = 1", "join conditions only"),
        ("(a = 1) = 2", "a condition stands where a value is needed"),
        ("a in (b)", "may hold texts, numbers and dates only"),
        ("a = 2023-02-30", "the date `2023-02-30` does not exist"),
        ("foo(1) = 2", "unknown function `foo`"),
        ("trim(a, b) = 2", "`trim` cannot take 2 values"),
        ("a starts “x”", "`with` is missing"),
        ("a ! b", "`!` is not understood"),
        ('a = "x', '`"` is not understood'),
        ("a = 1 b", "`b` is not expected"),
        ("", "the formula is empty"),
        ("(" * 100, "nested too deeply"),
        ("a" * 3000 + " = 1", "too long"),
    ],
)
def test_what_cannot_be_meant_is_refused(text, message):
    with pytest.raises(MappingInvalid, match=message.replace("(", r"\(")) as caught:
        f.parse_condition(text)
    assert "\n" not in caught.value.message
