"""The Chinese catalogues: `python -m zhike.ui.translations` brings them up to date and compiles them.

English is written in the code: `_("…")`, `gettext…`, `ngettext…`, `pgettext…`, `{% translate %}`, `{% blocktranslate %}`. Each noun
keeps its Chinese in `<noun>/locale/zh_Hans/LC_MESSAGES/django.po`. Bringing up to date keeps what is translated, takes what
another noun already says, adds the rest empty and drops what nobody says any more. `--check` changes nothing and fails on what is
missing, unused, uncertain, contradictory or not marked for translation; `--compile` only writes the `.mo` files.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

HOME = Path(__file__).resolve().parents[1]
PLACE = Path("locale", "zh_Hans", "LC_MESSAGES", "django.po")
HEADER = """msgid ""
msgstr ""
"Language: zh_Hans\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""
CALLS = {
    **dict.fromkeys(("_", "_lazy", "gettext", "gettext_lazy", "gettext_noop"), (1,)),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
"""Function -> which arguments are text; `c` is the context."""
FILLED = re.compile(r"%\(\w+\)[a-z]|%%|\{\w*\}")
Key = tuple[str, str]
"""Context and English (the singular)."""


@dataclass(frozen=True)
class Found:
    """A text in the code: its English singular and plural, its context, and where it stands first."""

    singular: str
    plural: str
    context: str
    place: str

    @property
    def key(self) -> Key:
        """What a catalogue knows it by."""
        return self.context, self.singular


@dataclass(frozen=True)
class Fault:
    """Something that a catalogue or a template lacks."""

    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


def nouns(home: Path = HOME) -> list[Path]:
    """The folders that may say something."""
    return sorted(
        folder
        for folder in home.iterdir()
        if (folder / "__init__.py").is_file() or (folder / "templates").is_dir()
    )


def texts(noun: Path) -> dict[Key, Found]:
    """Every text of a noun's code and templates."""
    found: dict[Key, Found] = {}
    for path in sorted([*noun.rglob("*.py"), *noun.rglob("*.html")]):
        if "migrations" in path.parts or path.name.startswith("test_"):
            continue
        source = path.read_text("utf-8")
        if path.suffix == ".html":
            source = templatize(source, origin=str(path))
        for one in _calls(source, path.relative_to(noun.parent).as_posix()):
            had = found.get(one.key)
            if had is None or (one.plural and not had.plural):
                found[one.key] = one
    return found


def _calls(source: str, file: str) -> Iterator[Found]:
    given = extract_python(BytesIO(source.encode()), dict.fromkeys(CALLS), [], {"encoding": "utf-8"})
    for line, name, said, _comments in given:
        parts = [str(part or "") for part in said] if isinstance(said, list | tuple) else [str(said or "")]
        spec = CALLS[str(name)]
        context = parts.pop(0) if isinstance(spec[0], tuple) else ""
        count = sum(1 for one in spec if isinstance(one, int))
        if len(parts) >= count and all(parts[:count]):
            yield Found(parts[0], parts[1] if count > 1 else "", context, f"{file}:{line}")


def catalogue(noun: Path) -> Catalog:
    """What a noun has in Chinese; empty before the first text."""
    path = noun / PLACE
    if not path.is_file():
        return Catalog("zh_Hans", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, "zh_Hans", abort_invalid=True)


def entries(given: Catalog) -> dict[Key, Message]:
    """The entries of a catalogue."""
    return {(entry.context or "", _first(entry.id)): entry for entry in given if entry.id}


def _first(said: object) -> str:
    return str(said[0]) if isinstance(said, list | tuple) else str(said or "")


def _chinese(entry: Message) -> str:
    return _first(entry.string)


def bring_up_to_date(home: Path = HOME, only: Collection[str] = ()) -> int:
    """Write the catalogues, of some nouns or of all; how many texts still lack their Chinese."""
    known: dict[Key, str] = {}
    for noun in nouns(home):
        known |= {key: _chinese(entry) for key, entry in entries(catalogue(noun)).items() if _chinese(entry)}
    lacking = 0
    for noun in (noun for noun in nouns(home) if not only or noun.name in only):
        said, had = texts(noun), entries(catalogue(noun))
        fresh = Catalog("zh_Hans", fuzzy=False)
        for key, one in sorted(said.items()):
            chinese = (_chinese(had[key]) if key in had else "") or known.get(key, "")
            lacking += not chinese
            identity = (one.singular, one.plural) if one.plural else one.singular
            fresh.add(
                identity,
                (chinese,) if one.plural else chinese,
                context=one.context or None,
                auto_comments=[one.place.rsplit(":", 1)[0]],
            )
        if said or had:
            _write(noun / PLACE, fresh)
    return lacking


def _write(path: Path, fresh: Catalog) -> None:
    if not len(fresh):
        path.unlink(missing_ok=True)
        return
    written = BytesIO()
    write_po(written, fresh, width=110, omit_header=True, sort_output=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEADER + written.getvalue().decode().strip() + "\n", encoding="utf-8")


def compile_all(home: Path = HOME) -> int:
    """Write every `.mo` file; how many."""
    written = 0
    for noun in nouns(home):
        path = noun / PLACE
        if path.is_file():
            with path.with_suffix(".mo").open("wb") as file:
                write_mo(file, catalogue(noun))
            written += 1
    return written


# what is wrong


def faults(home: Path = HOME) -> list[Fault]:
    """Everything that `--check` complains about."""
    wrong: list[Fault] = []
    chinese: dict[Key, tuple[str, str]] = {}
    for noun in nouns(home):
        said, had = texts(noun), entries(catalogue(noun))
        wrong += [
            Fault(one.place, f"`{one.singular}` is not in the catalogue")
            for key, one in said.items()
            if key not in had
        ]
        wrong += [
            Fault(noun.name, f"`{key[1]}` is in the catalogue, but nobody says it")
            for key in had
            if key not in said
        ]
        for key, entry in had.items():
            if key in said:
                wrong += _entry_faults(said[key], entry)
            if _chinese(entry):
                first = chinese.setdefault(key, (noun.name, _chinese(entry)))
                if first[1] != _chinese(entry):
                    wrong.append(
                        Fault(
                            noun.name,
                            f"`{key[1]}` is `{_chinese(entry)}` here and `{first[1]}` in {first[0]}",
                        )
                    )
        wrong += bare_texts(noun)
    return wrong


def _entry_faults(said: Found, entry: Message) -> list[Fault]:
    chinese = _chinese(entry)
    if not chinese:
        return [Fault(said.place, f"`{said.singular}` has no Chinese")]
    if entry.fuzzy:
        return [Fault(said.place, f"`{said.singular}` is marked fuzzy")]
    if bool(said.plural) != isinstance(entry.id, list | tuple):
        return [Fault(said.place, f"`{said.singular}` has changed its plural")]
    asked = set(FILLED.findall(said.plural or said.singular))
    given = set(FILLED.findall(chinese))
    extra = given - asked - set(FILLED.findall(said.singular))
    return (
        [Fault(said.place, f"`{chinese}` fills in other names than `{said.singular}`")]
        if extra or asked - given
        else []
    )


COMMENT = re.compile(r"\{#.*?#\}|\{%\s*comment.*?endcomment\s*%\}|<!--.*?-->", re.DOTALL)
BLOCK = re.compile(r"\{%\s*blocktrans(?:late)?\b.*?\{%\s*endblocktrans(?:late)?\s*%\}", re.DOTALL)
SILENT = re.compile(r"<(script|style|kbd|code|svg)\b.*?</\1>", re.DOTALL)
CODE = re.compile(r"\{%\s*block flush\s*%\}.*?\{%\s*endblock|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
SPOKEN = re.compile(
    r"""\s(?:aria-label|title|placeholder|alt|label|note|hint|caption|under|unit)="([^"]*)\""""
)
MARKUP = re.compile(r"""<(?:[^>"']|"[^"]*"|'[^']*')*>""", re.DOTALL)
WORD = re.compile(r"[A-Za-z]{2,}|[\u4e00-\u9fff]")
BOTH_LANGUAGES = {"failed.html"}
"""Templates that say everything in both languages, because they must work when nothing else does."""


def bare_texts(noun: Path) -> list[Fault]:
    """Words in templates that are not marked for translation."""
    wrong = []
    for path in sorted(noun.rglob("templates/**/*.html")):
        if path.name in BOTH_LANGUAGES:
            continue
        text = path.read_text("utf-8")
        for pattern in (COMMENT, BLOCK, SILENT):
            text = pattern.sub(lambda match: "\n" * match[0].count("\n"), text)
        text = CODE.sub(lambda match: "\n" * match[0].count("\n"), text)
        spoken = [(text.count("\n", 0, match.start()), match[1]) for match in SPOKEN.finditer(text)]
        plain = MARKUP.sub(lambda match: "\n" * match[0].count("\n"), text)
        said = [*spoken, *enumerate(plain.splitlines())]
        file = path.relative_to(noun.parent).as_posix()
        wrong += [
            Fault(f"{file}:{line + 1}", f"`{words.strip()}` is not marked for translation")
            for line, words in said
            if WORD.search(words.replace("&nbsp;", ""))
        ]
    return wrong


def main(arguments: list[str] | None = None) -> int:
    """The command; 1 when something is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m zhike.ui.translations", description="Bring the Chinese catalogues up to date."
    )
    parser.add_argument(
        "--check", action="store_true", help="change nothing, fail on anything missing or wrong"
    )
    parser.add_argument("--compile", action="store_true", help="only write the compiled catalogues")
    parser.add_argument("nouns", nargs="*", help="bring only these up to date, such as customers")
    given = parser.parse_args(arguments)
    if given.check:
        wrong = faults()
        sys.stderr.write("".join(f"{fault}\n" for fault in wrong))
        return 1 if wrong else 0
    lacking = 0 if given.compile else bring_up_to_date(only=given.nouns)
    compile_all()
    if lacking:
        sys.stderr.write(f'{lacking} texts have no Chinese yet: look for `msgstr ""` in the catalogues\n')
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
