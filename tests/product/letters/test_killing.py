"""A batch of letters with its worker killed at any statement: each letter goes out once, or says that nobody knows."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.product.imports.test_killing import Installation

ROOT = Path(__file__).resolve().parents[3]
WORKER = Path(__file__).with_name("worker.py")
LETTERS = 4
KILLS = 2
START = f"""
import django; django.setup()
from datetime import date
from django.utils import timezone
from tests.product.cast import assemble
from zhike.customers.models import Customer
from zhike.grading.taking_effect import Taking, take_effect
from zhike.letters.actions import send_letters
from zhike.letters.models import Letter
from zhike.policies.shipping import ship_policies
cast, at = assemble(), timezone.now()
version = ship_policies(at, effective_on=date(2026, 1, 1))["foreign-trade"]
some = Customer.objects.bulk_create(
    Customer(code=f"L{{n}}", name=f"L{{n}}", email=f"l{{n}}@letters.example", manager=cast.people.ming, added_at=at, changed_at=at)
    for n in range({LETTERS})
)
take_effect(takings=[Taking(one.pk, "foreign-trade.value", "A", main=True, version=version.pk) for one in some],
            from_on=timezone.localdate(), by=cast.people.boss, at=at)
send_letters(letters=Letter.objects.all(), means="mail", by=cast.people.ming, at=at)
"""
TELL = """
import django; django.setup()
import json
from zhike.customers.documents import Document
from zhike.letters.models import Letter
print(json.dumps({"states": list(Letter.objects.order_by("pk").values_list("state", flat=True)),
                  "errors": [one for one in Letter.objects.values_list("error", flat=True) if one],
                  "filed": Document.objects.count()}))
"""


@pytest.mark.slow
def test_each_letter_goes_out_once(tmp_path, post_office, settings):
    place = Installation(tmp_path, "")
    place.env["ZHIKE_MAIL_URL"] = settings.GIVEN["ZHIKE_MAIL_URL"]
    place.python("-c", START)
    draw = random.Random(2026)
    for left in [*(draw.randrange(15, 160) for _ in range(KILLS)), 0]:
        done = subprocess.run(
            [sys.executable, str(WORKER), str(left)],
            env=place.env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in ((-signal.SIGKILL, 0) if left else (0,)), done.stderr[-3000:]
    told = SimpleNamespace(**json.loads(place.python("-c", TELL)))
    gone = [mail["To"] for mail in post_office.mails]
    assert len(gone) == len(set(gone))
    doubted = [state for state in told.states if state == "failed"]
    assert sorted(set(told.states) - {"failed"}) == ["sent"]
    assert all(error.startswith("⚠") for error in told.errors)
    assert told.filed == LETTERS - len(doubted)
    assert told.filed <= len(gone) <= LETTERS
    assert (tmp_path / "files" / "letters").is_dir()
