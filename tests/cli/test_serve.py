"""`zhike serve` says where it listens, whatever the address is that people type."""

from __future__ import annotations

import pytest

from zhike.cli.serve import told


@pytest.mark.parametrize(
    ("host", "port", "address", "said"),
    [
        ("127.0.0.1", 8000, "http://127.0.0.1:8000", "serving http://127.0.0.1:8000; Ctrl-C ends it"),
        ("127.0.0.1", 9000, "http://127.0.0.1:8000", "serving http://127.0.0.1:9000, for people at http://127.0.0.1:8000;"),
        ("::1", 8000, "https://zhike.example.com", "serving http://[::1]:8000, for people at https://zhike.example.com;"),
    ],
)  # fmt: skip
def test_the_port_that_was_asked_for_is_told(host, port, address, said):
    assert told(host, port, address).pick("en").startswith(said)
