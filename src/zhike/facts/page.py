"""The reference page of the fact tables, made from their one description."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from zhike.facts.quality import REASONS
from zhike_engine.facts.tables import PHYSICAL, TABLES, Column, Kind, Table
from zhike_engine.words import LANGS, Lang, Text

PAGES: dict[Lang, str] = {"en": "docs/reference/facts.md", "zh": "docs/reference/facts.zh.md"}
"""Where the pages lie in a checkout."""

KINDS: dict[Kind, Text] = {
    "id": Text(zh="编号（文本，Parquet 中也可为整数）", en="id (text; may be integers in Parquet)"),
    "text": Text(zh="文本", en="text"),
    "date": Text(zh="日期，如 2024-03-05", en="date, such as 2024-03-05"),
    "money": Text(zh="金额，至多四位小数", en="money, at most four decimals"),
    "decimal": Text(zh="数，至多八位小数", en="number, at most eight decimals"),
    "integer": Text(zh="整数", en="whole number"),
    "bool": Text(zh="是否：true 或 false", en="yes or no: true or false"),
    "choice": Text(zh="选项", en="one of some words"),
}
HEAD = (
    Text(zh="列", en="column"),
    Text(zh="名称", en="title"),
    Text(zh="类型", en="kind"),
    Text(zh="必填", en="required"),
    Text(zh="单位", en="unit"),
    Text(zh="含义", en="meaning"),
)
TITLE = Text(zh="事实表", en="Fact tables")
LEAD = Text(
    zh="""制度读取的全部事实放在一个文件夹里，每个表一个文件：`<表名>.csv` 或 `<表名>.parquet`。本页由程序生成：
`python -m zhike.facts.page`。用 `zhike facts` 把公司自己的文件导入这些表，见[操作指南](../howto/import-facts.zh.md)。

- 除 `customers` 和 `orders` 外，每个表都可以没有。“必填”的列必须存在且没有空值；其余的列可以没有，也可以为空。
- `customers` 中不认识的列作为客户属性保留；其他表中不认识的列不读取。
- 金额保留四位小数，不经过浮点数；只在结果中四舍五入一次。
- `known_on` 是事实登记的日期：晚于统计截止日登记的行不参与计算。统计截止日当天的事实参与计算。""",
    en="""All facts that a policy reads lie in one folder, a file for each table: `<table>.csv` or `<table>.parquet`.
This page is made by the program: `python -m zhike.facts.page`. `zhike facts` brings a company's own files into these
tables; see [the guide](../howto/import-facts.md).

- Every table but `customers` and `orders` may be absent. A required column must be there and never empty; any other
  column may be absent or empty.
- Unknown columns of `customers` are kept as attributes; those of other tables are not read.
- Money keeps four decimals and never passes through floating point; it is rounded half up once, in the result.
- `known_on` is the day a fact was recorded: rows recorded after the as-of date are left out. Facts of the as-of date
  itself are in.""",
)
KEY = Text(zh="唯一：{key}", en="unique: {key}")
DATED = Text(zh="时间：{column}", en="in time by: {column}")
OPEN = Text(zh="其他列作为属性保留", en="further columns are kept as attributes")
REQUIRED = Text(zh="必须有", en="always there")
YES = Text(zh="是", en="yes")
REFERENCE = Text(zh="须在 `{table}` 中", en="found in `{table}`")
CHOICES = Text(zh="可取 {words}", en="one of {words}")
PHYSICAL_TITLE = Text(zh="Parquet 中的类型", en="Types in Parquet")
PHYSICAL_HEAD = (
    Text(zh="类型", en="kind"),
    Text(zh="含义", en="meaning"),
    Text(zh="Parquet 类型", en="type in Parquet"),
)
SEAL_TITLE = Text(zh="封存的文件夹", en="A sealed folder")
SEAL = Text(
    zh="""`zhike facts` 在文件夹里写一个 `facts.json`。其中 `checked: true` 表示已核对：编号唯一，必填列无空值，引用的
客户和订单都存在。`tables` 按表列出 `rows`（行数）、`size`（字节）、`sha256`、`columns` 和 `summary`；`sources` 列出
读取的每个文件及其大小和 SHA-256；`mapping` 是映射文件的名称和 SHA-256。文件与 `sha256` 相符时，引擎不再重复核对；
不相符时，像普通文件夹一样核对。""",
    en="""`zhike facts` writes `facts.json` into the folder. `checked: true` says: ids are unique, required columns have
no gaps, customers and orders referred to exist. `tables` states for each table `rows`, `size` in bytes, `sha256`,
`columns` and `summary`; `sources` every file that was read with its size and SHA-256; `mapping` the name and SHA-256
of the mapping file. While a file still has its `sha256`, the engine does not check it again; otherwise it checks the
folder like any other.""",
)
REASONS_TITLE = Text(zh="质量报告中的原因", en="Reasons in the quality report")
REASONS_LEAD = Text(
    zh="""`quality.csv` 和 `quality.parquet` 逐行列出被剔除（`dropped`）、修正（`repaired`）和可疑（`suspicious`）的行：
表、来源、文件、行号、处理、原因、列、值。映射文件中的规则以 `rule_1`、`rule_2` … 出现，文字由映射文件给出。
`quality.json` 是汇总：每个文件读入 = 保留 + 并入 + 剔除 + 不取（`only` 之外的行）。""",
    en="""`quality.csv` and `quality.parquet` list every row that was `dropped`, `repaired` or is `suspicious`: table,
source, file, row, action, reason, column, value. Rules of the mapping stand there as `rule_1`, `rule_2`, … in the
mapping's own words. `quality.json` sums up: for every file, read = kept + merged + dropped + outside (rows that `only`
leaves out).""",
)
REASONS_HEAD = (Text(zh="代码", en="code"), Text(zh="含义", en="meaning"))


def facts_page(lang: Lang) -> str:
    """The page `docs/reference/facts.md` in a language, as Markdown."""
    parts = [f"# {TITLE.pick(lang)}", LEAD.pick(lang), *(_table(table, lang) for table in TABLES.values())]
    kinds = [(kind, KINDS[kind].pick(lang), f"`{physical}`") for kind, physical in PHYSICAL.items()]
    parts += [f"## {PHYSICAL_TITLE.pick(lang)}", _markdown(PHYSICAL_HEAD, kinds, lang)]
    parts += [f"## {SEAL_TITLE.pick(lang)}", SEAL.pick(lang)]
    reasons = [(f"`{code}`", text.format(column="…").pick(lang)) for code, text in REASONS.items()]
    parts += [
        f"## {REASONS_TITLE.pick(lang)}",
        REASONS_LEAD.pick(lang),
        _markdown(REASONS_HEAD, reasons, lang),
    ]
    return "\n\n".join(parts) + "\n"


def _table(table: Table, lang: Lang) -> str:
    traits = [KEY.format(key=" + ".join(f"`{name}`" for name in table.key))]
    if table.date_column:
        traits.append(DATED.format(column=f"`{table.date_column}`"))
    traits += [OPEN] if table.open else []
    traits += [REQUIRED] if table.required else []
    stop = "；" if lang == "zh" else "; "
    rows = [_row(column, lang) for column in table.columns]
    return "\n\n".join(
        [
            f"## `{table.name}` {table.title.pick(lang)}",
            f"{table.meaning.pick(lang)}{'。' if lang == 'zh' else '.'}",
            stop.join(trait.pick(lang) for trait in traits),
            _markdown(HEAD, rows, lang),
        ]
    )


def _row(column: Column, lang: Lang) -> tuple[str, ...]:
    meaning = [column.meaning]
    if column.choices:
        meaning.append(CHOICES.format(words=", ".join(f"`{word}`" for word in column.choices)))
    if column.references:
        meaning.append(REFERENCE.format(table=column.references))
    return (
        f"`{column.name}`",
        column.title.pick(lang),
        column.kind,
        YES.pick(lang) if column.required else "",
        column.unit.pick(lang) if column.unit else "",
        ("；" if lang == "zh" else "; ").join(text.pick(lang) for text in meaning),
    )


def _markdown(head: tuple[Text, ...], rows: Sequence[tuple[str, ...]], lang: Lang) -> str:
    lines = [" | ".join(text.pick(lang) for text in head), " | ".join("---" for _ in head)]
    lines += [" | ".join(row) for row in rows]
    return "\n".join(f"| {line} |" for line in lines)


def main() -> None:
    """Write the pages into the checkout that this module lies in."""
    root = Path(__file__).resolve().parents[3]
    for lang in LANGS:
        (root / PAGES[lang]).write_text(facts_page(lang), encoding="utf-8")


if __name__ == "__main__":
    main()
