"""Tokens of a search index that finds two Chinese characters as surely as two letters.

Every pair of neighbouring characters is a token, and every single Han character. Each is written in hex behind a `g`, so that
no tokenizer or stemmer of either database changes it. Trigram indexes cannot answer a word of two characters, the usual
length of a Chinese one.
"""

from __future__ import annotations

import re
import unicodedata

HAN = r"\u3400-\u9fff"
RUN = re.compile(rf"[{HAN}]+|[0-9a-z]+")
COMMON = (
    "股份有限公司",
    "有限责任公司",
    "有限公司",
    "集团公司",
    "公司",
    "集团",
    "股份",
    "co ltd",
    "company",
    "limited",
    "gmbh",
    "inc",
    "corp",
)
"""Words that stand in nearly every name: not indexed, so that they do not find everything."""


def plain(text: str) -> str:
    """Lower case, half-width, without accents.

    >>> plain("Lefèvre ＡＢＣ")
    'lefevre abc'
    """
    return "".join(
        one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one)
    ).lower()


def _token(part: str) -> str:
    return "g" + part.encode().hex()


def tokens(text: str) -> str:
    """The index entry of a text: its tokens between blanks."""
    found: dict[str, None] = {}
    for run in RUN.findall(_without_common(plain(text))):
        if "\u3400" <= run[0] <= "\u9fff":
            found.update(dict.fromkeys(_token(one) for one in run))
        found.update(dict.fromkeys(_token(run[at : at + 2]) for at in range(len(run) - 1)))
    return " ".join(found)


def asked(words: str) -> list[str]:
    """The tokens that a match must have. Empty when the words are too short or too common for the index."""
    found: dict[str, None] = {}
    for run in RUN.findall(_without_common(plain(words))):
        if len(run) == 1 and "\u3400" <= run <= "\u9fff":
            found[_token(run)] = None
        found.update(dict.fromkeys(_token(run[at : at + 2]) for at in range(len(run) - 1)))
    return list(found)[:24]


def _without_common(text: str) -> str:
    for word in COMMON:
        text = text.replace(word, " ")
    return text
