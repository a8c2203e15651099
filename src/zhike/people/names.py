"""Names as people type them: pinyin in full and as initials."""

from __future__ import annotations

import re

from zhike.kernel.bigrams import plain

HAN = re.compile(r"[\u3400-\u9fff]")


def pinyin_keys(name: str) -> tuple[str, str]:
    """Full pinyin and initials, letters and digits only.

    >>> pinyin_keys("重庆海川ABC"), pinyin_keys("Lefèvre Pacific SAS")
    (('chongqinghaichuanabc', 'cqhcabc'), ('lefevrepacificsas', 'lps'))
    """
    text = plain(name)
    if HAN.search(text):
        # A large dictionary of phrases, which a command that names nobody does without.
        from pypinyin import Style, lazy_pinyin

        return _bare("".join(lazy_pinyin(text))), _bare("".join(lazy_pinyin(text, style=Style.FIRST_LETTER)))
    return _bare(text), "".join(word[0] for word in re.findall(r"[a-z0-9]+", text))


def _bare(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text)
