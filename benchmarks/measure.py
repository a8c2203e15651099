"""Runs contenders in turn, each in a process of its own, and notes wall time, CPU and peak memory."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).parent
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Contender:
    """A script of `contenders/` with its arguments; `out` is the file it writes. `rounds` is the most it takes part in."""

    name: str
    words: tuple[str, ...]
    out: Path | None = None
    rounds: int = 99


@dataclass
class Measures:
    """What the rounds of one contender took."""

    steps: list[dict[str, dict[str, float]]] = field(default_factory=list)

    def median(self, step: str, what: str) -> float:
        """Median over the rounds of `wall` or `cpu` seconds of a step."""
        return median(one[step][what] for one in self.steps)

    @property
    def peak(self) -> float:
        """The largest peak memory, in MiB."""
        return max(one["peak"]["mib"] for one in self.steps)


def run_once(contender: Contender) -> dict[str, Any]:
    """What a contender told on the last line it printed; nothing of one that only makes something ready."""
    words = [sys.executable, str(HERE / "contenders" / contender.words[0]), *contender.words[1:]]
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{contender.name} ended with status {done.returncode}")
    lines = done.stdout.strip().splitlines()
    told: dict[str, Any] = json.loads(lines[-1]) if lines else {}
    return told


def run_rounds(contenders: Sequence[Contender], rounds: int, tell: Tell) -> dict[str, Measures]:
    """Every contender once per round; each round starts with another one."""
    found = {one.name: Measures() for one in contenders}
    for number in range(rounds):
        turn = number % len(contenders)
        for one in (*contenders[turn:], *contenders[:turn]):
            if number < one.rounds:
                tell(f"round {number + 1} of {rounds}: {one.name}")
                found[one.name].steps.append(run_once(one))
    return found
