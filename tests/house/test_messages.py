"""Everything that goes wrong is said through `say`, and every sentence that is said has its Chinese."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from tests.house.sources import ENGINE, PRODUCT, place, python_files, tree
from zhike_engine.policy.yaml import load_document

pytestmark = pytest.mark.xdist_group("house")

PACKAGES = [ENGINE, PRODUCT]
REFUSALS = re.compile(
    r"(\w+(Invalid|Unset|Unavailable|Unfit|Failed|Issues)|NotFound|ZhikeError|Issue|Fault|Refused|NotReadable"
    r"|TypeMismatch|Unrollable|UsageError|BadParameter|ValueError|error|warning|note|issue|fail|refuse|refusal)"
)
"""Names of what is called with a message."""
SHOWN = re.compile(
    r"(\w*(Invalid|Unset|Unavailable|Unfit|Failed|Issues)|Refused|Forbidden|GateClosed|NotThere|Conflict|TooMany|Unreachable"
    r"|Broke|ValidationError|PermissionDenied|Http404|UsageError|BadParameter|fail|_end)"
)
"""The same where Django is used: what pages show. A ValueError there is for programmers, `log.error` for administrators."""
NOT_FOR_PEOPLE = {
    ("src/zhike/facts/columns.py", "note"),  # a reason by its code; the words are in quality.py
    ("src/zhike/cli/main.py", "version_option"),  # a name and a number
    ("src/zhike/imports/targets.py", "ValueError"),  # for who writes a noun: two targets of one code
    ("src/zhike/kernel/working.py", "ValueError"),  # for who calls it with hours that no form lets through
    ("src/zhike/backups/sealed.py", "ValueError"),  # caught there, and told as a damaged backup
    ("src/zhike/kernel/working.py", "ValueError"),  # caught by the form of the calendar
}
"""File or folder and name of calls whose text nobody reads."""


def name_of(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.Call))


def imports_say(path: Path) -> bool:
    return any(
        isinstance(node, ast.ImportFrom)
        and str(node.module).endswith(".messages")
        and any(one.name == "say" for one in node.names)
        for node in ast.walk(tree(path))
    )


def says(package: Path) -> Iterator[tuple[Path, ast.Call]]:
    """Every call of the package's `say`."""
    for path in python_files(package):
        if imports_say(path) or path.name == "messages.py":
            yield from ((path, call) for call in calls(path) if name_of(call) == "say")


def catalogue(package: Path) -> dict[str, str]:
    """The catalogue of a package; the strict reader refuses a sentence that stands twice."""
    found: dict[str, str] = load_document(package / "messages.zh.yaml").data
    return found


def fields(template: str) -> set[tuple[str | None, str | None]]:
    return {(name, spec) for _, name, spec, _ in Formatter().parse(template) if name is not None}


def plain(node: ast.expr) -> bool:
    """Whether an argument is words that are not said through `say`."""
    if isinstance(node, ast.IfExp):
        return plain(node.body) or plain(node.orelse)
    if isinstance(node, ast.BinOp):
        return plain(node.left) or plain(node.right)
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.Constant) and " " in str(part.value) for part in node.values)
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value


def exempt(path: Path, name: str) -> bool:
    shown = place(path)
    return any(shown.startswith(where) and what in ("*", name) for where, what in NOT_FOR_PEOPLE)


def uses_django(path: Path) -> bool:
    """The pages' own sentences go through gettext; tests/house/test_translations.py holds them to their Chinese."""
    return any(
        isinstance(node, ast.ImportFrom) and str(node.module).split(".")[0] == "django"
        for node in ast.walk(tree(path))
    )


def is_unsaid(call: ast.Call, *, django: bool) -> bool:
    """Whether a call is given plain words that people read."""
    known = (SHOWN if django else REFUSALS).fullmatch(name_of(call))
    told = ("error",) if django else ("message", "hint")
    words = [
        keyword.value
        for keyword in call.keywords
        if keyword.arg in told or (known and keyword.arg == "message")
    ]
    return any(map(plain, [*words, *(call.args if known else [])]))


def unsaid(path: Path) -> list[str]:
    django = uses_django(path)
    wrong = (call for call in calls(path) if is_unsaid(call, django=django))
    return [place(path, call) for call in wrong if not exempt(path, name_of(call))]


@pytest.mark.parametrize("package", PACKAGES, ids=lambda one: one.name)
def test_no_refusal_is_made_of_plain_words(package):
    assert [where for path in python_files(package) for where in unsaid(path)] == []


@pytest.mark.parametrize(
    "source",
    ['Unreachable("no mail server")', 'Conflict(f"{who} was first")', 'fail(job, error="it broke here")',
     'Invalid("a b" if c else d)', 'Refused(message="not now")'],
)  # fmt: skip
def test_plain_words_of_pages_are_found(source):
    [bad] = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    assert is_unsaid(bad, django=True)
    good = ast.parse('Conflict(_("They were first") % {"who": who})\nValueError("registered twice")')
    assert not any(is_unsaid(node, django=True) for node in ast.walk(good) if isinstance(node, ast.Call))


@pytest.mark.parametrize("package", PACKAGES, ids=lambda one: one.name)
def test_a_template_is_a_constant(package):
    loose = [place(path, call) for path, call in says(package) if not isinstance(call.args[0], ast.Constant)]
    assert loose == []


@pytest.mark.parametrize("package", PACKAGES, ids=lambda one: one.name)
def test_every_template_has_its_chinese_and_none_is_left_over(package):
    said = {call.args[0].value for _, call in says(package)}
    known = set(catalogue(package))
    assert {"missing": said - known, "left over": known - said} == {"missing": set(), "left over": set()}


@pytest.mark.parametrize("package", PACKAGES, ids=lambda one: one.name)
def test_every_field_of_a_template_is_given_and_stands_in_both_languages(package):
    chinese = catalogue(package)
    for path, call in says(package):
        english = call.args[0].value
        given = {keyword.arg for keyword in call.keywords}
        assert {name for name, _ in fields(english)} == given, place(path, call)
        assert fields(english) == fields(chinese[english]), english


ELSEWHERE = {"docs/reference/facts.md": "docs/reference/facts.zh.md", "not computable": "无法计算"}
"""Words in backticks that are others for those who read Chinese."""


@pytest.mark.parametrize("package", PACKAGES, ids=lambda one: one.name)
def test_chinese_keeps_the_words_of_others_and_its_own_punctuation(package):
    for english, chinese in catalogue(package).items():
        kept = {ELSEWHERE.get(word, word) for word in re.findall(r"`([^`]+)`", english)}
        assert kept <= set(re.findall(r"`([^`]+)`", chinese)), english
        assert not re.search(r"[一-鿿][,;:!?]|[,;!?][一-鿿]", re.sub(r"`[^`]*`", "", chinese)), chinese


@pytest.mark.parametrize("package", PACKAGES, ids=lambda one: one.name)
def test_chinese_is_chinese(package):
    for english, chinese in catalogue(package).items():
        bare = re.sub(r"`[^`]*`|\{[^}]*\}", "", english)
        if re.search(r"[a-z]{2} [a-z]{2}", bare):
            assert re.search(r"[一-鿿]", chinese), english
            assert not re.search(r"[a-z]{2,} [a-z]{2,}", re.sub(r"`[^`]*`", "", chinese)), chinese
