"""The page: one file, nothing fetched, nothing run that a customer's name says, both languages, sound HTML."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import duckdb
import pytest

from tests.report.worlds import POLICY, activity, customer, order, previous
from zhike.report import customers as listing
from zhike.report import write_report

HOSTILE = "</script><script>alert(1)</script> \"&' <b>\u2028"
VOID = {"meta", "input", "br", "img", "hr", "link"}


class Sound(HTMLParser):
    """Collects what is wrong with the nesting, and what refers to what."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.ids: list[str] = []
        self.refers: list[str] = []
        self.loads: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        self.tags.append(tag)
        if tag not in VOID and not self.get_starttag_text().endswith("/>"):
            self.open.append(tag)
        self.ids += [told["id"]] if "id" in told else []
        self.refers += [told[name] for name in ("aria-labelledby", "aria-controls", "for") if name in told]
        self.refers += [told["href"][1:]] if told.get("href", "").startswith("#") else []
        self.loads += [told[name] for name in ("src", "srcset", "action", "data") if told.get(name)]
        self.loads += [told["href"]] if told.get("href") and not told["href"].startswith("#") else []
        self.wrong += [name for name in told if name.startswith("on")]

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def read(page: str) -> Sound:
    sound = Sound()
    sound.feed(page)
    sound.close()
    return sound


def data_of(page: str) -> dict:
    return json.loads(re.search(r'id="data">(.*?)</script>', page, re.DOTALL)[1])


def visible(page: str, lang: str) -> str:
    """What a reader of one language sees."""
    other = {"zh": "en", "en": "zh"}[lang]
    body = re.sub(r"<script.*?</script>|<style.*?</style>", "", page, flags=re.DOTALL)
    body = re.sub(rf'<(span|text)[^>]* class="[^"]*\b{other}\b[^"]*"[^>]*>[^<]*</\1>', "", body)
    body = re.sub(rf'<(span|text) class="{other}"[^>]*>[^<]*</\1>', "", body)
    return re.sub(r"<[^>]+>", " ", body)


@pytest.fixture
def page(graded, tmp_path):
    """The page of a small world; customers named in English so that other languages stand out."""

    def make(lang="zh", policy=POLICY, **tables):
        write_report(graded(policy, **tables), tmp_path / "report.html", lang_default=lang)
        return (tmp_path / "report.html").read_text("utf-8")

    return make


def people(count):
    return {
        "customers": [customer(n, f"Customer {n}") for n in range(count)],
        "orders": [order(n, 1_000 * (n + 1) ** 2, 100 * n) for n in range(count)],
        "activities": [activity(n, n + 1, 10) for n in range(count)],
        "previous_grades": [previous(n, "ABC"[n % 3]) for n in range(1, count)],
    }


@pytest.mark.parametrize("count", [0, 1, 30])
def test_the_page_is_sound(page, count):
    sound = read(page(**people(count)))
    assert (sound.wrong, sound.open) == ([], [])
    assert len(sound.ids) == len(set(sound.ids))
    assert set(sound.refers) <= set(sound.ids)


def test_the_page_asks_for_nothing(page):
    text = page(**people(30))
    assert read(text).loads == []
    assert (
        re.findall(
            r"(?:https?:)?//[a-z0-9-]+\.[a-z]+|@import|url\(|\bfetch\(|XMLHttpRequest|sendBeacon", text
        )
        == []
    )
    assert "default-src 'none'" in text


def test_the_only_script_that_runs_is_the_one_that_is_allowed(page):
    text = page(**people(3))
    [script] = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    allowed = re.search(r"script-src 'sha256-([^']+)'", text)[1]
    assert base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() == allowed


def test_a_hostile_name_stays_a_name(page):
    world = people(3)
    world["customers"][2]["name"] = HOSTILE
    text = page(**world)
    assert "<script>alert" not in text
    assert read(text).tags.count("script") == 2
    assert HOSTILE in data_of(text)["customers"]["n"]
    assert read(text).wrong == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_opens_in_its_language(page, lang):
    text = page(lang, **people(30))
    assert f'data-lang="{lang}"' in text


def test_the_english_page_has_no_chinese(page):
    assert re.findall(r"[\u4e00-\u9fff]+", visible(page("en", **people(30)), "en")) == ["知", "中文"]


def test_the_chinese_page_has_no_english_sentences(page):
    text = re.sub(r"Customer \d+", "", visible(page(**people(30)), "zh"))
    told = text[: text.index("完整记录")]
    assert re.findall(r"[a-z]{3,} [a-z]{3,}", told) == []


def test_the_same_run_gives_the_same_bytes(page):
    world = people(30)
    assert page(**world) == page(**world)


def test_key_numbers_stand_in_the_headline(page):
    text = re.sub(r"\s+", " ", visible(page("en", **people(30)), "en"))
    assert "30 customers: Grade A 21, Grade B 6, Grade C 3." in text


def test_every_customer_brings_its_reasons(page):
    data = data_of(page(**people(30)))
    columns = data["customers"]
    assert len(columns["i"]) == 30
    at, [value] = columns["i"].index("K000"), columns["r"]
    assert data["ratings"][0]["grades"][value["g"][at]][0] == "C"
    [miss] = columns["pool"][value["x"][at]]
    assert miss[0] == "B"
    assert data["texts"][miss[3][0][2]] == ["还差 9,000.00 元", "9,000.00 CNY more"]


def test_a_large_population_is_cut_and_says_so(page, monkeypatch):
    monkeypatch.setattr(listing, "LEAST", 5)
    monkeypatch.setattr(listing, "MOST", 5)
    text = page("en", **people(200))
    listed = len(data_of(text)["customers"]["i"])
    assert listed < 200
    assert f"Of 200 customers, the {listed} largest and those on a list are shown" in text


def test_six_hundred_customers_fit_into_two_megabytes(page):
    assert len(page(**people(600)).encode()) < 2_000_000


def test_ids_that_are_numbers(graded, tmp_path):
    folder = tmp_path / "0" / "facts"
    run = graded(**people(1))
    run.backend.close()
    for path in folder.iterdir():
        path.unlink()
    with duckdb.connect() as db:
        db.execute(f"copy (select 7 as customer, 'Seven' as name) to '{folder}/customers.parquet'")
        db.execute(
            "copy (select 'o1' as \"order\", 7 as customer, date '2026-06-01' as ordered_on, 12.5::decimal(18,4) as amount,"
            f" 'CNY' as currency, 'completed' as status, 1::decimal(18,4) as profit) to '{folder}/orders.parquet'"
        )
    from tests.report.worlds import AS_OF
    from zhike_engine.backends.duckdb import DuckDB
    from zhike_engine.run import run as grade

    again = grade(run.policy, DuckDB(folder, threads=1), AS_OF)
    try:
        write_report(again, tmp_path / "report.html")
    finally:
        again.backend.close()
    data = data_of((tmp_path / "report.html").read_text("utf-8"))
    [place] = data["customers"]["r"][0]["g"]
    assert (data["customers"]["i"], data["ratings"][0]["grades"][place][0]) == (["7"], "C")


def test_the_quality_report_of_an_import_is_told(graded, tmp_path):
    run = graded(**people(3))
    reason = {"action": "dropped", "rows": 4, "zh": "客户编号重复", "en": "the id stands twice"}
    told = {"tables": {"customers": {"reasons": [reason]}}}
    (tmp_path / "0" / "facts" / "quality.json").write_text(json.dumps(told), "utf-8")
    write_report(run, tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text("utf-8")
    assert "客户编号重复" in text
    assert "the id stands twice" in text


def test_a_torn_quality_report_is_left_out(graded, tmp_path):
    run = graded(**people(3))
    (tmp_path / "0" / "facts" / "quality.json").write_text('{"tables": [', "utf-8")
    write_report(run, tmp_path / "report.html")
    assert "导入时的处理" not in (tmp_path / "report.html").read_text("utf-8")
