"""How long pages take with many customers, in a database of its own: CPU of a request, and SQL queries.

    python benchmarks/pages.py [--customers 10000,1000000] [--url postgresql://…] [--data FOLDER] [--out FILE.json]

`make bench` runs it on SQLite, and on PostgreSQL where ZHIKE_TEST_POSTGRESQL names a server. Ratios inside one
run: every page against the first page of the list at the same size, and sizes against each other.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

PAGES = {
    "first page": "/customers/?sort=-amount",
    "first page, table only": "/customers/?sort=-amount",
    "by name": "/customers/?sort=name",
    "by last order": "/customers/?sort=-last_order",
    "grade A": "/customers/?c=grade:in:A",
    "grade, life and region": "/customers/?c=grade:in:B&c=life:in:current&c=region:in:{region}",
    "page 150": "/customers/?sort=-amount&page=150",
    "two characters": "/customers/?q=海川",
    "initials": "/customers/?q=nbhc",
    "a code": "/customers/?q=C0004321",
    "nothing found": "/customers/?q=没有此名",
    "palette": "/search/palette/?q=海川",
    "region, by last contact": "/customers/?c=region:in:{region}&sort=last_contact",
    "few of a grade and an amount": "/customers/?c=grade:in:E&c=amount:ge:9999000&sort=name",
    "groups of regions": "/customers/?group=region",
    "today": "/",
    "silent customers": "/customers/silent/",
    "quality": "/customers/quality/",
}
CITIES = "宁波 苏州 佛山 重庆 太原 无锡 石家庄 广州 杭州 青岛 长沙 西安 温州 泉州 常州 烟台 合肥 郑州 徐州 南通".split()  # noqa: SIM905
TRADES = "智能装备 重工 汽车部件 液压机械 新能源".split()  # noqa: SIM905
FIRST, LAST = "三远海长联鼎伟新恒金天宏百瑞东华嘉明双永", "江景川城创信业锐通盾工图流丰升泰禾德星固"


def rows(number: int, people: list[Any], regions: list[Any]) -> Iterator[Any]:
    """Customers with the words they are found by."""
    from zhike.customers.models import Customer
    from zhike.customers.words import search_text
    from zhike.kernel.bigrams import tokens

    rnd, at = Random(7), datetime(2026, 1, 1, tzinfo=UTC)
    names = [
        f"{city}{word}{trade}有限公司"
        for city, word, trade in product(CITIES, map("".join, product(FIRST, LAST)), TRADES)
    ]
    words = {name: search_text(Customer(code="", name=name)) for name in names}
    marks = {name: tokens(found) for name, found in words.items()}
    for n in range(number):
        name, code = rnd.choice(names), f"C{n:07}"
        yield Customer(
            code=code, name=name, life=rnd.choices(("prospect", "current", "lapsed", "closed"), (20, 60, 15, 5))[0],
            grade=rnd.choice("ABCDE"), region=rnd.choice(regions), manager=rnd.choice(people), amount_12m=rnd.randrange(10**7),
            receivable=rnd.randrange(10**6), last_order_on=date(2026, 1, 1) - timedelta(rnd.randrange(900)),
            completeness=rnd.randrange(101), added_at=at, changed_at=at, search=f"{words[name]}{code.lower()} ",
            tokens=f"{marks[name]} {tokens(code)}",
        )  # fmt: skip


def fill(number: int) -> None:
    """Bring the database to so many customers."""
    from itertools import islice

    from django.db import connection

    from tests.product.cast import assemble
    from zhike.customers.models import Customer
    from zhike.people.models import Person, Region

    if not Person.objects.exists():
        assemble()
    people, regions = list(Person.objects.filter(is_active=True)[:8]), list(Region.objects.all())
    there = Customer.objects.count() - 3
    if there > number:
        raise SystemExit(f"the database has {there:,} customers; give it one of its own for {number:,}")
    found = islice(rows(number, people, regions), there, None)
    while batch := list(islice(found, 5000)):
        Customer.objects.bulk_create(batch, batch_size=1000)
    with connection.cursor() as cursor:
        cursor.execute("analyze")


def measure(client: Any, address: str, partial: bool) -> tuple[float, float, int]:
    """Median CPU and wall milliseconds of a page, and its queries."""
    from django.db import connection

    headers = {"HX-Request": "true", "HX-Target": "div#table"} if partial else {}
    client.get(address, headers=headers)
    number = 0

    def count(run: Any, *given: Any) -> Any:
        nonlocal number
        number += 1
        return run(*given)

    with connection.execute_wrapper(count):
        answer = client.get(address, headers=headers)
    if answer.status_code != 200:
        raise SystemExit(f"{address} answered {answer.status_code}")
    cpu, wall = [], []
    for _ in range(7):
        start, begun = time.process_time(), time.perf_counter()
        client.get(address, headers=headers)
        cpu.append(time.process_time() - start)
        wall.append(time.perf_counter() - begun)
    return 1000 * median(cpu), 1000 * median(wall), number


def main() -> None:
    """Fill, measure, print a table per size."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--customers", default="10000,1000000")
    options.add_argument("--url", default="")
    options.add_argument("--data", default="")
    options.add_argument("--out", type=Path, help="file for the numbers, besides what is printed")
    given = options.parse_args()
    os.environ["ZHIKE_DATA_DIR"] = given.data or tempfile.mkdtemp(prefix="zhike-pages-")
    os.environ["ZHIKE_DATABASE_URL"] = given.url
    os.environ["DJANGO_SETTINGS_MODULE"] = "zhike.config.settings"
    sys.path.insert(0, str(Path(__file__).parents[1]))
    import django

    django.setup()
    from django.core.management import call_command
    from django.test import Client

    from zhike.people.models import Person, Region

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    found: dict[int, dict[str, tuple[float, float, int]]] = {}
    for number in sorted(int(one) for one in given.customers.split(",")):
        fill(number)
        client = Client(HTTP_HOST="localhost")
        client.force_login(Person.objects.get(username="keep"))
        first = 0.0
        print(
            f"\n{number:,} customers\n\n| page | CPU ms | wall ms | of the first page | queries |\n| --- | ---: | ---: | ---: | ---: |"
        )
        for name, address in PAGES.items():
            cpu, wall, queries = measure(
                client, address.format(region=Region.objects.get(code="east").pk), "table only" in name
            )
            first = first or wall
            found.setdefault(number, {})[name] = (cpu, wall, queries)
            print(f"| {name} | {cpu:.1f} | {wall:.1f} | {wall / first:.2f} | {queries} |", flush=True)
    if given.out:
        given.out.write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
