"""How long imports take: customers with contacts and history, then order lines, in a fresh database.

    python benchmarks/imports.py [--customers 10000] [--contacts 30000] [--activities 50000] [--orders 1000000]

uses ZHIKE_DATABASE_URL and an empty ZHIKE_DATA_DIR; prints seconds of the clock and of the processor, and the most memory held.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhike.config.settings")
sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parents[1] / "src")]


def customers(number: int) -> Iterator[str]:
    yield "客户编号,客户名称,国家,省份,城市,地址,电话,行业,规模,法定代表人,经营范围\n"
    for n in range(number):
        yield f"C{n:06d},海川第{n}贸易有限公司,中国,浙江,宁波,中山路{n}号,0574-8{n:07d},制造业,中型,王{n},钢制配件与五金\n"


def contacts(number: int, of: int) -> Iterator[str]:
    yield "客户编号,联系人,职务,手机,邮箱\n"
    for n in range(number):
        yield f"C{n % of:06d},张{n},采购经理,139{n:08d},p{n}@example.com\n"


def activities(number: int, of: int) -> Iterator[str]:
    yield "客户编号,日期,方式,主题,内容,结果,下一步\n"
    first = date(2026, 11, 1) - timedelta(days=1000)
    for n in range(number):
        yield f"C{n % of:06d},{first + timedelta(days=n % 1000)},电话,第{n}次跟进,询问交期与价格,客户同意试单,寄样品\n"


def orders(number: int, of: int) -> Iterator[str]:
    yield "订单号,客户编号,下单日期,金额,币种,状态,产品\n"
    first = date(2026, 11, 1) - timedelta(days=1000)
    for n in range(number):
        yield f"SO{n:08d},C{n % of:06d},{first + timedelta(days=n % 1000)},{n % 9973}.{n % 100:02d},CNY,已完成,P{n % 500}\n"


def timed(label: str, act: Callable[[], Any]) -> Any:
    clock, cpu = time.perf_counter(), time.process_time()
    found = act()
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{label:<34}{time.perf_counter() - clock:8.1f} s  cpu {time.process_time() - cpu:8.1f} s  {most} MiB",
        flush=True,
    )
    return found


def take(target: str, lines: Iterator[str], folder: Path, by: Any) -> None:
    from django.core.files.uploadedfile import TemporaryUploadedFile
    from django.utils import timezone

    from zhike.imports import actions
    from zhike.imports.checking import check_rows
    from zhike.imports.models import Import
    from zhike.imports.running import run_rows

    upload = TemporaryUploadedFile(f"{target}.csv", "text/csv", 0, "utf-8")
    upload.file.writelines(line.encode() for line in lines)
    upload.size = upload.file.tell()
    upload.file.seek(0)
    owner = timed(
        f"{target}: upload",
        lambda: actions.start_import(target=target, upload=upload, by=by, at=timezone.now()),
    )
    if owner.state == "reading":
        owner = timed(f"{target}: read", lambda: actions.read_upload(owner))
    actions.match_columns(owner=owner, options=owner.options, by=by, at=timezone.now())
    checked = timed(f"{target}: check every row", lambda: check_rows(owner, lambda *_: None))
    Import.objects.filter(pk=owner.pk).update(state="checked", checked=checked, rows=checked["rows"])
    owner.refresh_from_db()
    actions.begin_import(owner=owner, by=by, at=timezone.now())
    owner = timed(
        f"{target}: import {checked['rows']:,} rows", lambda: run_rows(owner, timezone.now, lambda *_: None)
    )
    print(f"{target}: {owner.created} added, {owner.rejected} rejected", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    for name, usual in (
        ("customers", 10_000),
        ("contacts", 30_000),
        ("activities", 50_000),
        ("orders", 1_000_000),
    ):
        parser.add_argument(f"--{name}", type=int, default=usual)
    given = parser.parse_args()
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    from tests.product.cast import assemble

    me = assemble().people.ming
    folder = Path(os.environ["ZHIKE_DATA_DIR"])
    take("customers", customers(given.customers), folder, me)
    if given.contacts:
        take("contacts", contacts(given.contacts, given.customers), folder, me)
    if given.activities:
        take("activities", activities(given.activities, given.customers), folder, me)
    if given.orders:
        take("orders", orders(given.orders, given.customers), folder, me)


if __name__ == "__main__":
    main()
