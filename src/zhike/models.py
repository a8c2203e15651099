"""The models of every noun, for Django to find: one import line each."""

from zhike.api import models as api_models  # noqa: F401
from zhike.customers import models as customers_models  # noqa: F401
from zhike.facts import models as facts_models  # noqa: F401
from zhike.kernel import journal as kernel_journal  # noqa: F401
from zhike.lists import models as lists_models  # noqa: F401
from zhike.people import agreements as people_agreements  # noqa: F401
from zhike.people import models as people_models  # noqa: F401
import zhike.customers.tables
