"""`zhike demo`: the product with a made-up company, served; or the company as files, graded by every shipped policy."""

from __future__ import annotations

import os
import webbrowser
from datetime import date
from pathlib import Path

import click

from zhike.cli.kinds import Day, Place, Whole, lang_option
from zhike.cli.speaking import Speaking
from zhike.demo.sizes import AS_FILES, AS_PRODUCT, SEED
from zhike_engine.words import Lang, Text

STEPS = {
    "company": Text(zh="编造公司", en="making up the company"),
    "staff": Text(zh="部门、区域与人员", en="departments, regions and people"),
    "archives": Text(zh="客户档案与联系人", en="customer archives and contacts"),
    "grades": Text(zh="历史等级与月度数据", en="earlier grades and monthly figures"),
    "gradings": Text(zh="两次评级、审批与信函", en="two gradings, decisions and letters"),
    "history": Text(zh="三年的订单、应收与活动", en="three years of orders, receivables and activities"),
}
"""Step of loading -> what people see."""


@click.command(name="demo", cls=Speaking)
@click.option(
    "--files",
    type=Place(),
    metavar="DIR",
    help="Write fact tables and reports here instead.",
)
@click.option("--customers", type=Whole(), help="How many customers: 5,000, or 600 as files.")
@click.option(
    "--seed", type=Whole(), default=SEED, show_default=True, help="The same seed makes the same company."
)
@click.option("--as-of", "as_of", type=Day(), help="Last day that counts: today, or 2026-06-30 as files.")
@click.option("--port", type=Whole(1, 65535), help="Port to serve on; by default 8000.")
@click.option("--load-only", is_flag=True, help="Set up the company, but do not serve it.")
@click.option("--open", "show", is_flag=True, help="Open the first page in the browser.")
@lang_option()
def command(
    files: Path | None, customers: int | None, seed: int, as_of: date | None, port: int | None, load_only: bool, show: bool, lang: Lang
) -> None:  # fmt: skip
    """Set up a made-up company in ZHIKE_DATA_DIR and serve it on this machine.

    Once it is there, only serving is left to do; remove the folder to begin again. With --files, the company's fact
    tables are written instead, and every shipped policy grades them with example values.
    """
    if files is not None:
        from zhike.cli.demo_files import make_files
        from zhike.demo.company import AS_OF

        make_files(
            files,
            customers=customers or AS_FILES,
            seed=seed,
            as_of=as_of or AS_OF,
            show=show,
            lang=lang,
        )
        return
    _settings(port)
    loaded(customers or AS_PRODUCT, seed, as_of, lang)
    tell_sign_ins(lang)
    if not load_only:
        _serve(port or 8000, show)


def _settings(port: int | None) -> None:
    """The settings of a demo: this machine only, unless the environment says otherwise."""
    from zhike.cli.installation import start_django

    os.environ.setdefault("ZHIKE_ADDRESS", f"http://127.0.0.1:{port or 8000}")
    start_django()


def loaded(customers: int, seed: int, as_of: date | None, lang: Lang) -> None:
    """Bring the database up and fill it, unless somebody is there already."""
    from django.utils import timezone

    from zhike.cli.installation import need_database, refuse_newer
    from zhike.demo.product import is_empty, load
    from zhike.system.schema import bring_up, read_schema

    need_database()
    refuse_newer(read_schema())
    bring_up(second_factor=False)
    if not is_empty():
        return

    def tell(step: str) -> None:
        click.echo(STEPS[step].pick(lang), err=True)

    load(as_of=as_of or timezone.localdate(), customers=customers, seed=seed, tell=tell)


def tell_sign_ins(lang: Lang) -> None:
    """Print whom to sign in as, by role."""
    from django.conf import settings

    from zhike.demo.staff import PASSWORD, sign_ins

    head = Text(
        zh="\n打开 {address}，选一个角色登录；密码都是 {password}\n",
        en="\nOpen {address} and sign in as any role; the password is always {password}\n",
    ).format(address=settings.ADDRESS, password=PASSWORD)
    click.echo(head.pick(lang))
    for one in sign_ins():
        click.echo(f"  {one.username:<12}{one.role_zh if lang == 'zh' else one.role_en}  ({one.name})")
    click.echo("")
    tell_portal(lang)


def tell_portal(lang: Lang) -> None:
    """Print where customers' contacts come in, with which address, and where the code is read."""
    from django.conf import settings

    from zhike.demo.portal import addresses

    said = Text(
        zh="客户门户：{address}/portal/，邮箱 {emails}；没有邮件服务器，验证码见 {address}/messages/?state=waiting（以系统管理员登录）\n",
        en="The customer portal: {address}/portal/ with the e-mail {emails}; without a mail server the code stands in"
        " {address}/messages/?state=waiting (signed in as the system administrator)\n",
    )
    known = addresses()
    if known:
        click.echo(said.format(address=settings.ADDRESS, emails=" / ".join(known)).pick(lang))


def _serve(port: int, show: bool) -> None:
    from django.conf import settings

    from zhike.cli.installation import need_checks
    from zhike.cli.serve import serve

    need_checks()
    if show:
        webbrowser.open(settings.ADDRESS)
    serve("127.0.0.1", port)
