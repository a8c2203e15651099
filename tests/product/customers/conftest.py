"""What tests of the archive ask for."""

from __future__ import annotations

import pytest
from django.utils import timezone


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def page(client_for):
    """`page(person, path)` is what stands on a page."""

    def said(person, path):
        answer = client_for(person).get(path)
        assert answer.status_code == 200
        return answer.content.decode()

    return said
