"""The models of every noun, for Django to find: one import line each."""

from zhike.api import models as api_models  # noqa: F401
from zhike.calendars import models as calendars_models  # noqa: F401
from zhike.customers import export_right as customers_export_right  # noqa: F401
from zhike.customers import incidents as customers_incidents  # noqa: F401
from zhike.customers import models as customers_models  # noqa: F401
from zhike.customers import tables as customers_tables  # noqa: F401
from zhike.facts import models as facts_models  # noqa: F401
from zhike.grading import models as grading_models  # noqa: F401
from zhike.grading import records as grading_records  # noqa: F401
from zhike.imports import models as imports_models  # noqa: F401
from zhike.intelligence import models as intelligence_models  # noqa: F401
from zhike.jobs import models as jobs_models  # noqa: F401
from zhike.kernel import journal as kernel_journal  # noqa: F401
from zhike.letters import models as letters_models  # noqa: F401
from zhike.lists import models as lists_models  # noqa: F401
from zhike.outbox import models as outbox_models  # noqa: F401
from zhike.people import agreements as people_agreements  # noqa: F401
from zhike.people import certificates as people_certificates  # noqa: F401
from zhike.people import company as people_company  # noqa: F401
from zhike.people import delegations as people_delegations  # noqa: F401
from zhike.people import models as people_models  # noqa: F401
from zhike.people import responsibilities as people_responsibilities  # noqa: F401
from zhike.policies import models as policies_models  # noqa: F401
from zhike.procedures import committees as procedures_committees  # noqa: F401
from zhike.procedures import models as procedures_models  # noqa: F401
from zhike.submissions import models as submissions_models  # noqa: F401
