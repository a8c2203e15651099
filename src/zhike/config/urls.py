"""Every address: nouns, each with its own urls."""

from __future__ import annotations

from django.urls import include, path

from zhike.api.entrance import api

urlpatterns = [
    path("", include("zhike.system.urls")),
    path("api/v1/", api.urls),
    path("analysis/", include("zhike.analysis.urls")),
    path("", include("zhike.dashboards.urls")),
    path("tokens/", include("zhike.api.urls")),
    path("accounts/", include("zhike.people.sign_in")),
    path("", include("zhike.ui.urls")),
    path("people/", include("zhike.people.urls")),
    path("customers/", include("zhike.customers.urls")),
    path("", include("zhike.grading.decision_urls")),
    path("access/", include("zhike.customers.guard_urls")),
    path("grading/", include("zhike.grading.run_urls")),
    path("imports/", include("zhike.imports.urls")),
    path("intelligence/", include("zhike.intelligence.urls")),
    path("plans/", include("zhike.plans.urls")),
    path("requests/", include("zhike.requests.urls")),
    path("portal/", include("zhike.portal.urls")),
    path("submissions/", include("zhike.submissions.urls")),
    path("visits/", include("zhike.visits.urls")),
    path("policies/", include("zhike.policies.urls")),
    path("", include("zhike.accesses.urls")),
    path("", include("zhike.facts.urls")),
    path("", include("zhike.procedures.urls")),
    path("", include("zhike.letters.urls")),
]
handler404 = "zhike.config.answers.not_found"
handler500 = "zhike.ui.views.failed"
