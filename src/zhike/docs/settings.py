"""The settings of an installation as a page."""

from __future__ import annotations

from zhike.config.table import SETTINGS, Setting
from zhike.docs.words import Page, markdown_table
from zhike_engine.words import Text

HEAD = (Text(zh="设置", en="Setting"), Text(zh="缺省", en="Default"), Text(zh="含义", en="Meaning"))
FILE = Text(zh="；也可由 `{name}_FILE` 所指的文件给出", en="; or in the file that `{name}_FILE` names")


def settings(page: Page, _: tuple[str, ...]) -> str:
    """Block `settings`: every setting with its default and its meaning."""
    return markdown_table([page.say(word) for word in HEAD], [_row(page, one) for one in SETTINGS])


def _row(page: Page, one: Setting) -> list[str]:
    more = page.say(FILE.format(name=one.name)) if one.secret else ""
    return [f"`{one.name}`", f"`{one.default}`" if one.default else "", page.say(one.help) + more]
