"""The modules that hold models, one a line, for Django to find."""

import zhike.customers.export_right
import zhike.customers.incidents
import zhike.customers.models
import zhike.facts.models
import zhike.jobs.models
import zhike.kernel.journal
import zhike.lists.models
import zhike.people.agreements
import zhike.people.certificates
import zhike.people.company
import zhike.people.delegations
import zhike.people.models
import zhike.people.responsibilities  # noqa: F401
