"""The models of every noun, for Django to find: one import line each."""

from zhike.api import models as api_models  # noqa: F401
from zhike.customers import export_right as customers_export_right  # noqa: F401
from zhike.customers import incidents as customers_incidents  # noqa: F401
from zhike.customers import models as customers_models  # noqa: F401
from zhike.customers import tables as customers_tables  # noqa: F401
from zhike.facts import models as facts_models  # noqa: F401
from zhike.jobs import models as jobs_models  # noqa: F401
from zhike.kernel import journal as kernel_journal  # noqa: F401
from zhike.lists import models as lists_models  # noqa: F401
from zhike.people import agreements as people_agreements  # noqa: F401
from zhike.people import certificates as people_certificates  # noqa: F401
from zhike.people import company as people_company  # noqa: F401
from zhike.people import delegations as people_delegations  # noqa: F401
from zhike.people import models as people_models  # noqa: F401
from zhike.people import responsibilities as people_responsibilities  # noqa: F401
from zhike.customers.models import Activity, Assignment, Consultation, Contact, Customer, Viewing
from zhike.facts.models import Order, Rate, Receivable
from zhike.imports.models import Import, ImportRow, RememberedMapping
from zhike.jobs.models import Alive, Beat, Job, Step
from zhike.kernel.journal import Entry, Seal
from zhike.lists.models import View
from zhike.people.agreements import Agreement, Signature
from zhike.people.models import Denial, Department, Grant, Person, Region, Role

__all__ = [
    "Activity",
    "Agreement",
    "Alive",
    "Assignment",
    "Beat",
    "Consultation",
    "Contact",
    "Customer",
    "Denial",
    "Department",
    "Entry",
    "Grant",
    "Import",
    "ImportRow",
    "Job",
    "Order",
    "Person",
    "Rate",
    "Receivable",
    "Region",
    "RememberedMapping",
    "Role",
    "Seal",
    "Signature",
    "Step",
    "View",
    "Viewing",
]
