"""The product's settings for tests: a folder of its own for every process, and a cheap password hasher."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

_HOME = tempfile.mkdtemp(prefix="zhike-test-")
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)
for _name in [
    name for name in os.environ if name.startswith("ZHIKE_") and not name.startswith("ZHIKE_TEST_")
]:
    if _name not in {"ZHIKE_DATA", "ZHIKE_DATABASE_URL"}:
        del os.environ[_name]
os.environ["ZHIKE_DATA_DIR"] = _HOME

from zhike.config.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
OPTIONS = DATABASES["default"]["OPTIONS"]  # noqa: F405
if "init_command" in OPTIONS:  # a test database need not outlive a power cut
    OPTIONS["init_command"] = OPTIONS["init_command"].replace("synchronous=FULL", "synchronous=OFF")
    # The libraries' tables are made at once, not by replaying ten years of their migrations; PostgreSQL replays them.
    MIGRATION_MODULES = dict.fromkeys(
        ["account", "auth", "contenttypes", "mfa", "sessions", "socialaccount", "usersessions"]
    )
