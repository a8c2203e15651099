"""`zhike createuser`: the first administrator of an installation."""

from __future__ import annotations

import sys

import click

from zhike.cli.installation import need_schema, start_django
from zhike.cli.kinds import lang_option
from zhike.cli.speaking import Speaking
from zhike.kernel.unfit import InstallationUnfit
from zhike.messages import say
from zhike_engine.words import OR, Lang, Text, quoted

NAME = Text(zh="姓名", en="Name")
PASSWORD = Text(zh="密码", en="Password")
AGAIN = Text(zh="再输入一遍", en="The same again")
ADDED = Text(zh="{name} 可以登录了", en="{name} may sign in")


@click.command(name="createuser", cls=Speaking)
@click.argument("username")
@click.option("--name", help="The name people see.")
@click.option("--email", default="", help="E-mail address.")
@click.option("--role", default="administrator", show_default=True, help="Code of a shipped role.")
@click.option("--password-stdin", is_flag=True, help="Read the password from the standard input.")
@lang_option()
def command(lang: Lang, username: str, name: str | None, email: str, role: str, password_stdin: bool) -> None:
    """Add the first person of an installation, with a role that is reviewed in a year.

    Everybody else is added on the page of people, by somebody who holds that right.
    """
    start_django()
    need_schema()
    password = _password(password_stdin, lang)
    first_person(username, name or click.prompt(NAME.pick(lang)), email, role, password)
    click.echo(ADDED.format(name=username).pick(lang))


def _password(from_stdin: bool, lang: Lang) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    given: str = click.prompt(PASSWORD.pick(lang), hide_input=True, confirmation_prompt=AGAIN.pick(lang))
    return given


def first_person(username: str, name: str, email: str, role: str, password: str) -> None:
    """Add the first person. Raises InstallationUnfit when somebody is there, or the password or role will not do."""
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError
    from django.db import transaction
    from django.utils import timezone, translation

    from zhike.kernel.refusals import Refused
    from zhike.people.actions import add_person, grant_role, ship_roles
    from zhike.people.agreements import add_months
    from zhike.people.models import Person, Role

    now = timezone.now()
    today = timezone.localdate(now)
    with translation.override("en"), transaction.atomic():
        ship_roles()
        found = Role.objects.filter(code=role).first()
        if found is None:
            known = quoted(Role.objects.values_list("code", flat=True), OR)
            raise InstallationUnfit(
                say("there is no role `{name}`", name=role), hint=say("one of {names}", names=known)
            )
        try:
            validate_password(password, Person(username=username, display_name=name, email=email))
            person = add_person(
                username=username, display_name=name, password=password, by=None, at=now, email=email
            )
            grant_role(
                person=person, role=found, from_on=today, until_on=None, review_on=add_months(today, 12),
                by=None, at=now,
            )  # fmt: skip
        except ValidationError as error:
            raise InstallationUnfit(
                say("the password is too easy to guess"),
                hint=say("at least ten characters, no common word, not like the name"),
            ) from error
        except Refused as refusal:
            raise InstallationUnfit(
                say("somebody can sign in already"),
                hint=say("sign in as an administrator and add people on the page of people"),
            ) from refusal
