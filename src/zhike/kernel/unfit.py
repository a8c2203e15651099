"""What the command line refuses about an installation; pages have `zhike.kernel.refusals`."""

from __future__ import annotations

from zhike_engine.errors import ZhikeError


class InstallationUnfit(ZhikeError):
    """The installation cannot do what was asked: settings, database, schema, port, a program, a backup."""

    code = "installation_unfit"
