"""What changed between two policies, by article, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from zhike_engine.policy.load import Policy
from zhike_engine.words import Text, listed, same

Kind = Literal["added", "removed", "changed"]
Path = tuple[str | int, ...]

SECTIONS: dict[str, Text] = {
    "articles": Text(zh="条款", en="article"),
    "parameters": Text(zh="参数", en="parameter"),
    "consistency": Text(zh="一致性条件", en="consistency condition"),
    "facts": Text(zh="事实表", en="fact table"),
    "windows": Text(zh="期间", en="window"),
    "tables": Text(zh="对照表", en="table"),
    "words": Text(zh="用语", en="word"),
    "metrics": Text(zh="指标", en="metric"),
    "scorecards": Text(zh="评分表", en="scorecard"),
    "ratings": Text(zh="评级", en="rating"),
    "obligations": Text(zh="义务", en="obligation"),
    "procedures": Text(zh="流程", en="procedure"),
    "clocks": Text(zh="时限", en="clock"),
    "forms": Text(zh="表单", en="form"),
    "gates": Text(zh="门槛", en="gate"),
    "indicators": Text(zh="指标目标", en="indicator"),
    "subordinate_rules": Text(zh="配套细则", en="detailed rule"),
    "open_questions": Text(zh="待解释问题", en="open question"),
}
"""Sections of a policy whose entries are named or numbered elements."""
WORDS: dict[Kind, Text] = {
    "added": Text(zh="新增{what}", en="added {what}"),
    "removed": Text(zh="删除{what}", en="removed {what}"),
    "changed": Text(zh="{what}：{where}由 {old} 改为 {new}", en="{what}: {where}from {old} to {new}"),
}


@dataclass(frozen=True)
class Change:
    """One difference. `old` and `new` are plain data, None where the element is not there."""

    kind: Kind
    article: str
    path: Path
    what: Text
    old: Any
    new: Any

    @property
    def sentence(self) -> Text:
        """The change in words."""
        inner = ".".join(str(part) for part in self.path[2:]) if self.path[0] in SECTIONS else ""
        where = Text(zh=f"{inner} ", en=f"{inner} ") if inner else same("")
        return WORDS[self.kind].format(what=self.what, where=where, old=shown(self.old), new=shown(self.new))


def shown(value: Any) -> Text:
    """Plain data as people read it."""
    if value is None:
        return Text(zh="未设定", en="unset")
    if isinstance(value, dict) and set(value) == {"zh", "en"}:
        return Text(zh=f"“{value['zh']}”", en=f"“{value['en']}”")
    if isinstance(value, bool):
        return Text(zh="是" if value else "否", en="yes" if value else "no")
    if isinstance(value, list):
        return Text(zh="[{items}]", en="[{items}]").format(items=listed(map(shown, value)))
    if isinstance(value, dict):
        parts = [
            Text(zh="{key}：{of}", en="{key}: {of}").format(key=k, of=shown(v)) for k, v in value.items()
        ]
        return Text(zh="{{{parts}}}", en="{{{parts}}}").format(parts=listed(parts))
    return same(f"`{value}`")


def diff(old: Policy, new: Policy) -> list[Change]:
    """Every difference between two policies, in the order of the articles of the new one."""
    before, after = old.source.data, new.source.data
    found = list(_header(before, after))
    for section in SECTIONS:
        found += _section(section, before.get(section), after.get(section))
    order = {
        number: index
        for index, number in enumerate([*after.get("articles", {}), *before.get("articles", {})])
    }
    return sorted(found, key=lambda change: order.get(change.article, -1))


def _header(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Change]:
    for key in [*after, *(key for key in before if key not in after)]:
        if key in SECTIONS or key == "zhike":
            continue
        for path, old, new in _leaves((key,), before.get(key), after.get(key)):
            article = (
                str((after.get(key) or {}).get("article", "")) if isinstance(after.get(key), dict) else ""
            )
            yield Change("changed", article, path, same(".".join(str(part) for part in path)), old, new)


def _section(section: str, before: Any, after: Any) -> Iterator[Change]:
    old, new = _named(before), _named(after)
    for name in [*new, *(name for name in old if name not in new)]:
        what = _what(section, name, new.get(name, old.get(name)))
        if name not in old:
            yield Change(
                "added", _article(section, name, new[name], ()), (section, name), what, None, new[name]
            )
        elif name not in new:
            yield Change(
                "removed", _article(section, name, old[name], ()), (section, name), what, old[name], None
            )
        else:
            for path, was, now in _leaves((section, name), old[name], new[name]):
                article = _article(section, name, new[name], path[2:])
                yield Change("changed", article, path, what, was, now)


def _named(data: Any) -> dict[str | int, Any]:
    if isinstance(data, dict):
        return dict(data)
    return dict(enumerate(data)) if isinstance(data, list) else {}


def _what(section: str, name: str | int, data: Any) -> Text:
    title = data.get("title") if isinstance(data, dict) else None
    named = str(name) if isinstance(name, str) else str(name + 1)
    if isinstance(title, dict) and title.get("zh"):
        return Text(zh=f"{SECTIONS[section].zh}“{title['zh']}”", en=f"{SECTIONS[section].en} “{title['en']}”")
    if isinstance(title, str):
        return Text(zh=f"{SECTIONS[section].zh}“{title}”", en=f"{SECTIONS[section].en} “{title}”")
    return Text(zh=f"{SECTIONS[section].zh} `{named}`", en=f"{SECTIONS[section].en} `{named}`")


def _article(section: str, name: str | int, data: Any, inner: Path) -> str:
    """The article of an element: that of the innermost part on the way to the change that names one."""
    if section == "articles":
        return str(name)
    found, here = "", data
    for part in (*inner, None):
        if isinstance(here, dict) and here.get("article"):
            found = str(here["article"])
        if part is None:
            break
        try:
            here = here[part]
        except (KeyError, IndexError, TypeError):
            break
    return found


def _leaves(path: Path, old: Any, new: Any) -> Iterator[tuple[Path, Any, Any]]:
    """The smallest parts that differ; texts in two languages and lists of plain values count as one part."""
    if old == new:
        return
    both_texts = any(isinstance(one, dict) and set(one) == {"zh", "en"} for one in (old, new))
    if isinstance(old, dict) and isinstance(new, dict) and not both_texts:
        for key in [*new, *(key for key in old if key not in new)]:
            yield from _leaves((*path, key), old.get(key), new.get(key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (was, now) in enumerate(zip(old, new, strict=True)):
            yield from _leaves((*path, index), was, now)
    else:
        yield path, old, new
