"""Writing policies: a new one from a preset, a copy or a text; drafts, their values and their control block."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike import presets
from zhike.kernel.journal import changes, journal, sentences
from zhike.kernel.refusals import Conflict, Invalid
from zhike.people.models import Department, Person, signed_on
from zhike.people.rules import allow
from zhike.policies.editing import remove_at, set_at
from zhike.policies.models import Policy, PolicyVersion
from zhike.policies.reading import hash_of, read_text
from zhike.policies.words import lang
from zhike_engine.errors import ParameterInvalid, PolicyInvalid, ZhikeError
from zhike_engine.plan.parameters import read_value
from zhike_engine.policy.load import Policy as Document
from zhike_engine.policy.load import read_values

sentences({
    "policy_added": gettext_lazy("%(who)s added the policy “%(what)s”"),
    "policy_amended": gettext_lazy("%(who)s began an amendment: “%(what)s”"),
    "policy_saved": gettext_lazy("%(who)s changed the text of “%(what)s”"),
    "policy_values_set": gettext_lazy("%(who)s set parameters of “%(what)s”: %(names)s"),
    "policy_control_set": gettext_lazy("%(who)s filled in the control block of “%(what)s”"),
    "policy_cases_saved": gettext_lazy("%(who)s changed the tests of “%(what)s”"),
    "policy_draft_dropped": gettext_lazy("%(who)s dropped the draft %(number)s of “%(what)s”"),
})  # fmt: skip
TAKEN = frozenset({"new", "compare", "gaps", "two-scopes"})
"""Words that stand for pages of their own."""
CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,59}\Z")
CODED = re.compile(r"`([^`]*)`")
LONGEST = 2_000_000
"""Characters of the longest text of a policy."""


def read_or_refuse(text: str) -> Document:
    """The policy that a text is. Raises Invalid with every issue of its form."""
    if len(text) > LONGEST:
        raise Invalid(_("The text is too long."), fields={"text": _("too long")})
    try:
        return read_text(text)
    except ZhikeError as problem:
        issues = getattr(problem, "issues", ()) if isinstance(problem, PolicyInvalid) else ()
        told = "\n".join([one.text(lang()) for one in issues] or [problem.text(lang())])
        raise Invalid(_("The text is no policy yet."), fields={"text": told}) from None


@transaction.atomic
def add_policy(
    *,
    code: str,
    text: str,
    values: Mapping[str, Any] | None = None,
    cases: str = "",
    preset: str = "",
    title: Mapping[str, str] | None = None,
    by: Person | None,
    at: datetime,
) -> PolicyVersion:
    """A new policy with its first draft; `text` is rewritten to carry the code, the version and the title."""
    if by is not None:
        allow(by, "edit_policies")
    if not CODE.match(code) or code in TAKEN:
        raise Invalid(_("The code is small letters, digits and hyphens."), fields={"code": _("not a code")})
    if Policy.objects.filter(code=code).exists():
        raise Invalid(_("There is a policy with this code already."), fields={"code": _("taken")})
    read_or_refuse(text)
    text = set_at(set_at(text, ("policy",), code), ("version",), "1")
    if title:
        text = set_at(text, ("title",), {"zh": title["zh"], "en": title.get("en") or title["zh"]})
    document = read_or_refuse(text).document
    policy = Policy.objects.create(
        code=code,
        title_zh=document.title.zh,
        title_en=document.title.en,
        preset=preset,
        owner=by,
        added_at=at,
    )
    version = _draft(policy, 1, text, dict(values or {}), cases, by=by, at=at)
    journal(policy, "policy_added", by=by, at=at, after={"code": code, "preset": preset})
    return version


def add_from_preset(
    *, preset: str, code: str = "", title: Mapping[str, str] | None = None, examples: bool = False,
    by: Person | None, at: datetime,
) -> PolicyVersion:  # fmt: skip
    """A new policy from a shipped one; its parameters are unset unless the marked example values are asked for."""
    if preset not in presets.names():
        raise Invalid(_("There is no shipped policy of this name."), fields={"preset": _("unknown")})
    home = presets.policy_path(preset)
    text = (home / "policy.yaml").read_text("utf-8")
    cases = (home / "tests.yaml").read_text("utf-8") if (home / "tests.yaml").is_file() else ""
    given = example_values(preset) if examples else {}
    return add_policy(
        code=code or preset, text=text, values=given, cases=cases, preset=preset, title=title, by=by, at=at
    )


def example_values(preset: str) -> dict[str, Any]:
    """The marked example values of a shipped policy, as a version keeps values."""
    from zhike_engine.policy.load import load_policy

    policy = load_policy(presets.policy_path(preset))
    return {name: kept(one) for name, one in read_values(presets.example_values(policy), policy).items()}


def kept(value: Any) -> Any:
    """A value as a version keeps it: true, false or a text."""
    return (
        value if isinstance(value, bool) else format(value, "f") if hasattr(value, "as_tuple") else str(value)
    )


def copy_policy(
    *, version: PolicyVersion, code: str, title: Mapping[str, str] | None = None, by: Person, at: datetime
) -> PolicyVersion:
    """A new policy that begins as a copy of a version, with its values and tests."""
    return add_policy(
        code=code, text=version.text, values=version.values, cases=version.cases, preset=version.policy.preset,
        title=title, by=by, at=at,
    )  # fmt: skip


@transaction.atomic
def amend(*, policy: Policy, note: str = "", by: Person | None, at: datetime) -> PolicyVersion:
    """A draft of the next version, from the last one; a policy has one open draft at a time."""
    if by is not None:
        allow(by, "edit_policies")
    Policy.objects.select_for_update().get(pk=policy.pk)
    if policy.versions.open().exists():
        raise Conflict(_("An amendment of this policy is open already."))
    last = policy.versions.order_by("-number").first()
    assert last is not None, "a policy has a version"
    text = set_at(last.text, ("version",), str(last.number + 1))
    made = _draft(
        policy,
        last.number + 1,
        text,
        dict(last.values),
        last.cases,
        based_on=last,
        note=note.strip(),
        by=by,
        at=at,
    )
    journal(made, "policy_amended", by=by, at=at)
    return made


def _draft(
    policy: Policy, number: int, text: str, values: dict[str, Any], cases: str, *,
    based_on: PolicyVersion | None = None, note: str = "", by: Person | None, at: datetime,
) -> PolicyVersion:  # fmt: skip
    control = read_text(text).document
    executing = based_on.executing if based_on else _department(control.scope.departments)
    return PolicyVersion.objects.create(
        policy=policy, number=number, text=text, values=values, cases=cases, hash=hash_of(text, values),
        based_on=based_on, note=note, drafted_by=by, drafted_on=signed_on(at), executing=executing,
        supervising=based_on.supervising if based_on else None,
        document_number=based_on.document_number if based_on else control.control.number,
    )  # fmt: skip


def _department(codes: list[str]) -> Department | None:
    return Department.objects.filter(code__in=codes[:1]).first()


def change_draft(version: PolicyVersion, lock: int, **values: Any) -> PolicyVersion:
    """Write a draft that nobody has changed since it was read. Raises Conflict."""
    if not PolicyVersion.objects.filter(pk=version.pk, state="draft", lock=lock).update(
        lock=lock + 1, **values
    ):
        version.refresh_from_db(fields=["state"])
        if version.state != "draft":
            raise Conflict(_("This version is no draft any more; begin an amendment."))
        raise Conflict(_("Somebody has changed this draft since you opened it; open it again."))
    version.refresh_from_db()
    return version


@transaction.atomic
def save_draft(*, version: PolicyVersion, text: str, lock: int, by: Person, at: datetime) -> PolicyVersion:
    """Keep the text of a draft. It must be a policy in form; what is wrong in meaning is shown until publication."""
    allow(by, "edit_policies")
    text = text.replace("\r\n", "\n")
    policy = read_or_refuse(text)
    if policy.name != version.policy.code:
        raise Invalid(
            _("The text is of the policy “%(other)s”.") % {"other": policy.name},
            fields={"text": _("`policy:` must stay %(code)s") % {"code": version.policy.code}},
        )
    text = set_at(text, ("version",), str(version.number))
    known = {name: one for name, one in version.values.items() if name in policy.document.parameters}
    before = {"hash": version.hash}
    change_draft(version, lock, text=text, values=known, hash=hash_of(text, known))
    title = policy.document.title
    if version.number == 1:
        Policy.objects.filter(pk=version.policy_id).update(title_zh=title.zh, title_en=title.en)
        version.policy.refresh_from_db()
    journal(version, "policy_saved", by=by, at=at, before=before, after={"hash": version.hash})
    return version


@transaction.atomic
def set_values(
    *, version: PolicyVersion, given: Mapping[str, Any], lock: int, by: Person, at: datetime
) -> PolicyVersion:
    """Set parameters of a draft; an empty text unsets one. Raises Invalid naming each value that is none."""
    allow(by, "edit_policies")
    parameters = read_text(version.text).document.parameters
    known, wrong = dict(version.values), {}
    for name, raw in given.items():
        if name not in parameters:
            raise Invalid(_("The policy has no parameter “%(name)s”.") % {"name": name})
        known.pop(name, None)
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            if parameters[name].value is not None:
                known[name] = None
            continue
        try:
            read_value(name, parameters[name], raw)
        except ParameterInvalid as problem:
            wrong[name] = plainly(problem.message.pick(lang()), {name: parameters[name].title.pick(lang())})
            continue
        known[name] = raw if isinstance(raw, bool) else str(raw).strip()
    if wrong:
        raise Invalid(_("A parameter cannot take its value."), fields=wrong)
    before = {name: version.values.get(name) for name in {*known, *version.values}}
    changed = {name: known.get(name) for name, old in before.items() if old != known.get(name)}
    if changed:
        change_draft(version, lock, values=known, hash=hash_of(version.text, known))
        journal(
            version, "policy_values_set", by=by, at=at, before={name: before[name] for name in changed},
            after=changed, names=", ".join(sorted(changed)),
        )  # fmt: skip
    return version


def plainly(said: str, titles: Mapping[str, str]) -> str:
    """What the engine says of codes, for people who never saw the text of a policy: titles, and values as they were typed."""
    return CODED.sub(lambda found: f"“{titles.get(found[1], found[1])}”", said)


CONTROL = ("document_number", "executing", "supervising", "effective_on", "note")
"""What a person fills in of the control block; the rest is filled by the route."""


@transaction.atomic
def set_control(
    *, version: PolicyVersion, document_number: str, executing: Department | None, supervising: Department | None,
    effective_on: date | None, note: str = "", lock: int, by: Person, at: datetime,
) -> PolicyVersion:  # fmt: skip
    """Fill in the control block of a draft; the same department does not execute and supervise."""
    allow(by, "edit_policies")
    if executing is not None and executing == supervising:
        raise Invalid(
            _("The same department cannot execute and supervise a policy."),
            fields={"supervising": _("the executing department")},
        )
    given = {
        "document_number": document_number.strip(), "executing": executing, "supervising": supervising,
        "effective_on": effective_on, "note": note.strip(),
    }  # fmt: skip
    before, after = changes(version, given)
    if after:
        change_draft(version, lock, **given)
        journal(version, "policy_control_set", by=by, at=at, before=before, after=after)
    return version


@transaction.atomic
def save_cases(*, version: PolicyVersion, cases: str, lock: int, by: Person, at: datetime) -> PolicyVersion:
    """Keep the tests of a draft."""
    allow(by, "edit_policies")
    if len(cases) > LONGEST:
        raise Invalid(_("The text is too long."), fields={"cases": _("too long")})
    change_draft(version, lock, cases=cases.replace("\r\n", "\n"))
    journal(version, "policy_cases_saved", by=by, at=at)
    return version


@transaction.atomic
def set_places(
    *,
    version: PolicyVersion,
    places: Mapping[tuple[str | int, ...], Any],
    lock: int,
    by: Person,
    at: datetime,
) -> PolicyVersion:
    """Set elements of a draft's text by their path; None removes one. Everything else in the text stays as it is."""
    text = version.text
    for path, value in places.items():
        text = remove_at(text, path) if value is None else set_at(text, path, value)
    return save_draft(version=version, text=text, lock=lock, by=by, at=at)


@transaction.atomic
def drop_draft(*, version: PolicyVersion, by: Person, at: datetime) -> Policy:
    """Throw a draft away; a policy without any other version is closed with it."""
    allow(by, "edit_policies")
    policy, number = version.policy, version.number
    if PolicyVersion.objects.filter(pk=version.pk, state="draft").delete()[0] == 0:
        raise Conflict(_("This version is no draft any more."))
    if not policy.versions.exists():
        Policy.objects.filter(pk=policy.pk).update(closed_at=at)
    journal(policy, "policy_draft_dropped", by=by, at=at, number=number)
    return policy
