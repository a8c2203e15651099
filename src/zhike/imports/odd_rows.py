"""What stands in a sheet beside its records, and amounts that name another currency than their row: SQL for the reader of rows."""

from __future__ import annotations

from collections.abc import Sequence

from zhike.facts.formats import BLANKS, literal

SEARCHED = 20
"""So many columns from the left are looked at for the first cell that holds something."""

_SUMS = "(本|每)?(页|表|月|年|季|日|单|类|组)?(合计|总计|小计|累计|共计|总合计|合计数|总计数|合计金额|总计金额)([:：].*)?"
_FOOT = "(制表|制单|填表|审核|复核|审批|打印|导出|出纳|会计主管|财务主管|以下空白)[^:：]{0,6}([:：].*)?"
_SUMS_LATIN = "(?i)(grand|sub|sum)?[- ]?totals?:?"
_GAPS = r"[\s\x{3000}]"
_SIGNS = (
    ("US\\$|USD|美元|美金", "USD"), ("HK\\$|HKD|港币|港元", "HKD"), ("€|EUR|欧元", "EUR"), ("£|GBP|英镑", "GBP"), ("JPY|日元|日圆", "JPY"),
    ("CNY|RMB|人民币", "CNY"),
)  # fmt: skip
"""What names a currency in the cell of an amount, and its code."""
_DOLLARS = ("USD", "HKD", "AUD", "CAD", "SGD", "TWD", "NZD", "MXN")


def no_record(cells: Sequence[str], names: Sequence[str], required: Sequence[str]) -> str:
    """Whether a row is a sum or a note below the table, or the header once more: never NULL.

    `cells` hold the texts from the left, `names` their headers, `required` the values that a record must have. An English
    `Total` may be the name of a company, so that it counts only where something required is missing.
    """
    texts = [f"nullif(trim({cell}, {literal(BLANKS)}), '')" for cell in cells[:SEARCHED]]
    if not texts:
        return "false"
    first = f"regexp_replace(coalesce({', '.join([*texts, literal('')])}), {literal(_GAPS)}, '', 'g')"
    tests = [f"regexp_full_match({first}, {literal(f'({_SUMS})|({_FOOT})')})"]
    if required:
        missing = " OR ".join(f"{value} IS NULL" for value in required)
        tests.append(f"(regexp_full_match({first}, {literal(_SUMS_LATIN)}) AND ({missing}))")
    again = [
        f"regexp_replace({cell}, {literal(_GAPS)}, '', 'g') = {literal(''.join(name.split()))}"
        for cell, name in zip(cells, names, strict=False)
        if len(name) > 1
    ][:3]
    if len(again) > 1:
        tests.append(f"({' AND '.join(again)})")
    return f"coalesce({' OR '.join(tests)}, false)"


def other_currency(cell: str, currency: str) -> str:
    """Whether the cell of an amount names a currency that is not the one of its row."""
    arms = [
        f"WHEN regexp_matches({cell}, {literal('(?i)' + signs)}) THEN {currency} <> '{code}'"
        for signs, code in _SIGNS
    ]
    dollars = ", ".join(f"'{code}'" for code in _DOLLARS)
    arms.append(f"WHEN contains({cell}, '$') THEN {currency} NOT IN ({dollars})")
    arms.append(f"WHEN regexp_matches({cell}, '[¥￥]') THEN {currency} NOT IN ('CNY', 'JPY')")
    named = "[A-Za-z$€£¥￥美港欧英日民]"
    return f"coalesce(CASE WHEN NOT regexp_matches({cell}, '{named}') THEN false {' '.join(arms)} ELSE false END, false)"
