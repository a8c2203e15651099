"""A small company on disk, and the command as a stranger runs it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from zhike.cli.main import main

CUSTOMERS = """customer,name,department,since
1,岭南纺织,foreign_trade,2020-01-01
2,Binhai Elektro GmbH,foreign_trade,
3,无单客户,,
4,内销客户,domestic,
"""
ORDERS = """order,customer,ordered_on,amount,currency,profit,status
o1,1,2023-03-01,4000000,CNY,400000,completed
o2,1,2024-03-01,5000000,CNY,500000,completed
o3,1,2025-03-01,6000000.1234,CNY,600000,completed
o4,2,2024-05-01,100000,USD,10000,completed
o5,2,2025-05-01,100000,USD,12000,completed
o6,2,2025-06-01,-1000,USD,,returned
o7,2,2025-06-02,999999,USD,5,cancelled
"""
RATES = """currency,rate_on,rate
USD,2024-01-01,7.1234
USD,2025-01-01,7.25
"""


@dataclass(frozen=True)
class Answer:
    """What a command printed, and its exit status."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Zhike = Callable[..., Answer]


@pytest.fixture
def company(tmp_path: Path) -> Path:
    """A facts folder with a foreign-trade customer of grade A, one of grade B, one without orders, one out of scope."""
    folder = tmp_path / "facts"
    folder.mkdir()
    for name, text in (("customers", CUSTOMERS), ("orders", ORDERS), ("exchange_rates", RATES)):
        (folder / f"{name}.csv").write_text(text, "utf-8")
    return folder


@pytest.fixture
def zhike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Zhike:
    """Run `zhike` as its entry point does, in a temporary folder."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> Answer:
        monkeypatch.setattr(sys, "argv", ["zhike", *map(str, arguments)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = capfd.readouterr()
        return Answer(int(ended.value.code or 0), said.out, said.err)

    return run
