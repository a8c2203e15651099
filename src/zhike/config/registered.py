"""What registers itself when the product starts: sentences of the journal, kinds of jobs, start-up checks."""

from __future__ import annotations

from zhike.api import actions as api  # noqa: F401
from zhike.config import checks  # noqa: F401
from zhike.customers import actions as customers  # noqa: F401
from zhike.customers import consultations, export_right, incidents, nightly, viewings  # noqa: F401
from zhike.lists import actions as lists  # noqa: F401
from zhike.people import actions as people  # noqa: F401
from zhike.people import agreements, certificates, company, delegations, responsibilities  # noqa: F401
