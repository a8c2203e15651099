"""The pages equal what the code makes of them; nothing that a person can write, call or meet lacks its page."""

from __future__ import annotations

import importlib
import inspect
import re
import shlex
from pathlib import Path

import click
import pytest
from pydantic import BaseModel

from zhike.cli.help import paragraphs
from zhike.cli.main import COMMANDS, cli
from zhike.docs import ROOT, errors, keys, pages
from zhike.messages import sentences as chinese
from zhike_engine.language.nodes import FUNCTIONS
from zhike_engine.policy.metrics import KINDS
from zhike_engine.policy.model import PolicyDocument, Rating

REFERENCE = ROOT / "docs" / "reference"
SECTIONS = {
    ".md": ["Meaning", "Parameters", "Example", "Pitfalls"],
    ".zh.md": ["含义", "参数", "示例", "注意"],
}
ENDS = (".md", ".zh.md")


MADE = pages()


def headings(page: Path, level: int = 2) -> list[str]:
    return re.findall(rf"^{'#' * level} (.+)$", page.read_text("utf-8"), re.MULTILINE)


def policy_models() -> dict[str, type[BaseModel]]:
    """Every model of the policy document and of test files."""
    members = (
        (name, thing, module)
        for module in map(importlib.import_module, keys.MODULES)
        for name, thing in inspect.getmembers(module, inspect.isclass)
    )
    return {
        name: thing
        for name, thing, module in members
        if issubclass(thing, BaseModel) and thing.__module__ == module.__name__ and not name.startswith("_")
    }


@pytest.mark.parametrize("path", MADE, ids=str)
def test_a_committed_page_is_what_the_code_makes(path):
    assert (ROOT / path).read_text("utf-8") == MADE[path], "run `python -m zhike.docs`"


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_metric_has_its_page(kind, end):
    page = REFERENCE / "metrics" / f"{kind}{end}"
    assert headings(page) == SECTIONS[end]
    assert f"<!-- made: keys {KINDS[kind].__name__} -->" in page.read_text("utf-8")


@pytest.mark.parametrize("end", ENDS)
def test_every_model_of_a_document_has_its_table_once(end):
    tables = [
        name
        for page in REFERENCE.rglob("*.md")
        if page.name.endswith(".zh.md") == (end == ".zh.md")
        for name in re.findall(r"<!-- made: keys (\w+) -->", page.read_text("utf-8"))
    ]
    assert sorted(tables) == sorted(policy_models())


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("model", [PolicyDocument, Rating])
def test_the_index_leads_to_a_page_for_every_key(model, end):
    index = (REFERENCE / "language" / f"README{end}").read_text("utf-8")
    listed = dict(re.findall(r"^\| \[`(\w+)`\]\(([\w./#-]+)\)", index, re.MULTILINE))
    wanted = {field.alias or name for name, field in model.model_fields.items()}
    assert wanted - listed.keys() == set()
    assert all((REFERENCE / "language" / target.partition("#")[0]).is_file() for target in listed.values())


@pytest.mark.parametrize("end", ENDS)
def test_every_function_of_expressions_is_explained(end):
    text = (REFERENCE / "language" / f"expressions{end}").read_text("utf-8")
    assert [name for name in FUNCTIONS if f"`{name}(" not in text] == []


@pytest.mark.parametrize("end", ENDS)
def test_every_error_code_is_explained(end):
    explained = {heading.strip("`") for heading in headings(REFERENCE / f"errors{end}") if "`" in heading}
    assert explained == set(errors.family())


@pytest.mark.parametrize("end", ENDS)
def test_every_command_is_explained(end):
    assert [h for h in headings(REFERENCE / f"commands{end}") if "`zhike " in h] == [
        f"`zhike {name}`" for name in COMMANDS
    ]


def sentences() -> set[str]:
    """Every English sentence of the code that a page shows."""
    found = {
        field.description or "" for model in policy_models().values() for field in model.model_fields.values()
    }
    found |= {(kind.__doc__ or "").strip().rstrip(".") for kind in KINDS.values()}
    found |= {(error.__doc__ or "").strip().splitlines()[0].rstrip(".") for error in errors.family().values()}
    found |= set(COMMANDS.values())
    for command in (cli, *(cli.get_command(None, name) for name in COMMANDS)):
        found |= set(paragraphs(command.help or ""))
        found |= {
            getattr(option, "help", None) or "" for option in command.get_params(click.Context(command))
        }
    return found - {""}


def test_every_sentence_of_the_code_has_its_chinese_and_none_is_left_over():
    assert {"missing": sentences() - set(chinese()), "left over": set(chinese()) - sentences()} == {
        "missing": set(),
        "left over": set(),
    }


@pytest.mark.parametrize(
    "page",
    [ROOT / "README.md", *(page for page in REFERENCE.rglob("*.md") if not page.name.endswith(".zh.md"))],
    ids=lambda p: p.name,
)
def test_both_languages_show_the_same_examples(page):
    twin = page.with_name(page.name.removesuffix(".md") + ".zh.md")
    if twin.is_file():
        fences = [
            re.findall(r"^```(?:yaml|sh)\n.*?^```", p.read_text("utf-8"), re.DOTALL | re.MULTILINE)
            for p in (page, twin)
        ]
        assert fences[0] == fences[1]


@pytest.mark.parametrize("folder", [REFERENCE], ids=["reference"])
def test_every_page_of_the_reference_has_its_twin(folder):
    names = {page.relative_to(folder).as_posix() for page in folder.rglob("*.md")}
    english_only = {"engine.md"}
    english = {name for name in names if not name.endswith(".zh.md")} - english_only
    assert {name.removesuffix(".md") + ".zh.md" for name in english} == names - english - english_only


def dead_links(page: Path) -> list[str]:
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text("utf-8"), flags=re.DOTALL)
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
    return [target for target in targets if "://" not in target and not (page.parent / target).exists()]


def test_every_link_leads_somewhere():
    every = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    assert {page.relative_to(ROOT).as_posix(): dead for page in every if (dead := dead_links(page))} == {}


def wrong_options(page: Path) -> list[str]:
    """Options in the commands of a page that their command does not have, and commands that do not exist."""
    wrong = []
    for fence in re.findall(r"^```sh\n(.*?)^```", page.read_text("utf-8"), re.DOTALL | re.MULTILINE):
        for line in map(shlex.split, fence.splitlines()):
            if len(line) < 2 or Path(line[0]).name != "zhike" or line[1].startswith("-"):
                continue
            command = cli.get_command(None, line[1])
            known = {name for option in getattr(command, "params", []) for name in option.opts}
            wrong += [
                word for word in line[2:] if word.startswith("-") and word.partition("=")[0] not in known
            ]
            wrong += [line[1]] if command is None else []
    return wrong


def test_every_command_of_the_documentation_exists():
    every = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    assert {page.name: wrong for page in every if (wrong := wrong_options(page))} == {}
