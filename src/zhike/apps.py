"""Zhike as a Django application: one app, a plain package per noun."""

from __future__ import annotations

import atexit
import gc

from django.apps import AppConfig


class ZhikeConfig(AppConfig):
    """The product."""

    name = "zhike"
    verbose_name = "Zhike"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Load what registers itself: sentences of the journal, kinds of jobs, checks."""
        from zhike.config import registered  # noqa: F401

        gc.freeze()  # what is loaded stays: no later search for garbage looks at it
        atexit.register(gc.unfreeze)
        gc.enable()
