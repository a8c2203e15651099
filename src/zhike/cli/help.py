"""Help pages of the command line in either language; Chinese is wrapped by the cells that its signs take."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable

import click
from rich.cells import cell_len

from zhike.cli.language import spoken
from zhike.messages import translated
from zhike_engine.words import Lang, Text

USAGE = Text(zh="用法：", en="Usage: ")
OPTIONS = Text(zh="选项", en="Options")
HEADING = Text(zh="命令", en="Commands")
REQUIRED = Text(zh="必填", en="required")
DEFAULT = Text(zh="缺省 {value}", en="default: {value}")
VARIABLE = Text(zh="环境变量 {name}", en="env var: {name}")
METAVARS = {
    "AREA": "部分",
    "ARGS": "参数",
    "CODE": "代码",
    "COMMAND": "命令",
    "CUSTOMER": "客户",
    "DIR": "文件夹",
    "DIRECTORY": "文件夹",
    "ENGINE": "引擎",
    "FILE": "文件",
    "INDUSTRY": "行业",
    "INTEGER": "整数",
    "INTEGER RANGE": "整数",
    "MAPPING": "映射文件",
    "NAME": "名称",
    "OPTIONS": "选项",
    "PATH": "路径",
    "PERCENT": "百分比",
    "POLICY": "制度",
    "TEXT": "文字",
    "URL": "网址",
    "VALUE": "值",
}
"""Words that stand for a value on a help page -> Chinese."""
_UNIT = re.compile(r"\s+|[（“]*(?:[^\s⺀-￯（“]+|[⺀-￯])[，。；：、）”？！…]*")


def metavar(shown: str, lang: Lang) -> str:
    """What stands for a value, in `lang`.

    >>> metavar("NAME=VALUE", "zh")
    '名称=值'
    """
    if lang == "en":
        return shown
    return re.sub(r"[A-Z]+( RANGE)?", lambda found: METAVARS.get(found[0], found[0]), shown)


def wrapped(text: str, width: int) -> list[str]:
    """A paragraph in lines of at most `width` cells; closing signs stay with what they close.

    >>> wrapped("给每个客户评级，附理由", 14)
    ['给每个客户评', '级，附理由']
    """
    lines, line = [], ""
    for unit in _UNIT.findall(" ".join(text.split())):
        if line and cell_len(line + unit.rstrip()) > width:
            lines.append(line.rstrip())
            line = unit.lstrip()
        else:
            line += unit
    return [*lines, line.rstrip()]


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a help text, each on one line."""
    return [" ".join(part.split()) for part in re.split(r"\n\s*\n", inspect.cleandoc(text)) if part.strip()]


class Formatter(click.HelpFormatter):
    """Writes help in the language that the command speaks."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, metavar(args, spoken()), prefix or USAGE.pick(spoken()))

    def write_heading(self, heading: str) -> None:
        colon = "：" if spoken() == "zh" else ":"
        self.write(f"{'':>{self.current_indent}}{heading}{colon}\n")

    def write_text(self, text: str) -> None:
        indent = " " * self.current_indent
        parts = [wrapped(part, self.width - self.current_indent) for part in paragraphs(text)]
        self.write("\n\n".join("\n".join(indent + line for line in part) for part in parts) + "\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        rows = list(rows)
        first = min(max(cell_len(head) for head, _ in rows), col_max) + col_spacing
        indent = " " * self.current_indent
        for head, text in rows:
            lines = wrapped(text, max(self.width - first - self.current_indent, 10))
            gap = first - cell_len(head)
            if gap < col_spacing:
                self.write(f"{indent}{head}\n{indent}{' ' * first}{lines[0]}\n")
            else:
                self.write(f"{indent}{head}{' ' * gap}{lines[0]}".rstrip() + "\n")
            for line in lines[1:]:
                self.write(f"{indent}{' ' * first}{line}\n")


def option_row(option: click.Option, ctx: click.Context) -> tuple[str, str]:
    """An option as it is typed, and what it does."""
    lang = spoken()
    names = ", ".join((*option.opts, *option.secondary_opts))
    if not (option.is_flag or option.count):
        names = f"{names} {metavar(option.make_metavar(ctx), lang)}"
    text, more = translated(option.help or "", lang), list(_extra(option, ctx, lang))
    return names, f"{text}  [{'; '.join(more) if lang == 'en' else '；'.join(more)}]" if more else text


def _extra(option: click.Option, ctx: click.Context, lang: Lang) -> Iterable[str]:
    found = option.get_help_extra(ctx)
    if "envvars" in found:
        yield VARIABLE.format(name=", ".join(found["envvars"])).pick(lang)
    if "default" in found:
        yield DEFAULT.format(value=found["default"]).pick(lang)
    if found.get("range"):
        yield found["range"]
    if "required" in found:
        yield REQUIRED.pick(lang)
