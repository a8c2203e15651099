"""How passwords are kept: Argon2id at 19 MiB, two passes, one lane (OWASP password storage; ~50 ms a sign-in)."""

from __future__ import annotations

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """Argon2id within the memory of a small server."""

    time_cost = 2
    memory_cost = 19_456
    parallelism = 1
