"""The page: complete in either language, self-contained, safe with any name, and plain data for scripts."""

from __future__ import annotations

import io
import json
import re
from html.parser import HTMLParser

import pytest
from rich.console import Console

from tests.explain.worlds import graded, why
from zhike.explain_page import as_data, ink, page
from zhike.explain_text import show
from zhike_engine.explain import Explanation

BODY = """
metrics:
  amount: {title: {zh: 年度金额, en: Annual amount}, sum: orders.amount, over: last 12 months}
  trust: {title: {zh: 信任, en: Trust}, judgement: trust}
ratings:
  value:
    title: {zh: 等级, en: Grade}
    article: "1.1"
    grades:
      A: {title: {zh: A级客户, en: Grade A}, colour: "#b5842f", article: "1.1", all: [amount > 500万, trust >= 80]}
      B: {title: {zh: B级客户, en: Grade B}, colour: "red;}", article: "1.2"}
    fallback: {mark: {zh: 其他, en: other}, lines: [{grade: B}]}
"""
NAME = 'A & B <script>alert("1")</script> Gesellschaft für Wägetechnik mbH & Co. KG'
JUDGED = (
    "customer,judgement,value,judged_by,judged_on,ground,reviewer\nc1,trust,90,李工,2025-01-15,走访,王总\n"
)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Explanation:
    cell = NAME.replace('"', '""')
    people = f'customer,name,since\nc1,"{cell}",2020-01-01\n'
    return why(graded(tmp_path_factory.mktemp("page"), BODY, customers=people, judgements=JUDGED))


class Words(HTMLParser):
    """The words of a page, its addresses and its elements."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in ("meta", "br", "col"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words.append(data.strip())


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("zh", ["离A级客户还差什么", "还差 80.00 万元", "可以争取", "怎样定级", "年度金额 超过 500 万元", "420.00 万元",
                "李工 于 2025-01-15 判断，依据：走访；复核人：王总", "2025-01-01 至 2025-12-31", "待复核：其他"]),
        ("en", ["What is missing for Grade A", "800,000.00 CNY more", "within reach", "How it was decided",
                "annual amount is above 5,000,000 CNY", "4,200,000.00 CNY",
                "judged by 李工 on 2025-01-15, ground: 走访; reviewed by 王总", "2025-01-01 to 2025-12-31",
                "for review: other"]),
    ],
)  # fmt: skip
def test_the_page_says_everything_in_one_language(found, lang, expected):
    words = Words(page([found], lang))
    said = " ".join(" ".join(words.words).split())
    assert [one for one in expected if one not in said] == []
    assert found.provenance.facts_fingerprint in said
    assert words.open == []


def test_an_english_page_holds_no_chinese_frame(found):
    said = " ".join(Words(page([found], "en")).words)
    assert set(re.findall(r"[\u4e00-\u9fff]+", said)) == {"知客", "李工", "走访", "王总"}


def test_the_page_needs_no_network_and_no_script(found):
    text = page([found, found], "zh")
    assert not {"script", "link", "img", "iframe"} & set(Words(text).tags)
    assert "http" not in text


def test_names_and_colours_cannot_break_the_page(found):
    text = page([found], "zh")
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert "red;}" not in text


def test_a_tag_is_legible_on_its_colour():
    assert [ink("#1f7a4d"), ink("#b5842f"), ink("#ffffff")] == ["#ffffff", "#14171a", "#14171a"]


def test_scripts_get_plain_data(found):
    data = json.loads(json.dumps(as_data([found])))[0]
    assert (data["customer"], data["grade"], data["provenance"]["as_of"]) == ("c1", "B", "2025-12-31")
    assert data["misses"][0]["gaps"][0]["missing"] == {"zh": "还差 80.00 万元", "en": "800,000.00 CNY more"}
    assert data["metrics"][0]["value"] == "4200000"


@pytest.mark.parametrize(("lang", "expected"), [("zh", "还差 80.00 万元"), ("en", "800,000.00 CNY more")])
def test_the_terminal_says_the_same(found, lang, expected):
    console = Console(file=io.StringIO(), width=120)
    show([found], lang, console)
    said = console.file.getvalue()
    assert expected in said
    assert found.headline.pick(lang).partition("<")[0] in said
