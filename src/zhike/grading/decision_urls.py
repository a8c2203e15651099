"""Addresses of proposals, decisions, reports and evaluations."""

from __future__ import annotations

from django.urls import path

from zhike.customers.exports import list_urls
from zhike.grading import customer_views as customer
from zhike.grading import decision_views as decisions
from zhike.grading import evaluation_views as evaluations
from zhike.grading import importance_views as importance
from zhike.grading import report_views as reports
from zhike.grading.proposal_lists import PROPOSALS
from zhike.grading.run_proposals import RUN_PROPOSALS

urlpatterns = [
    *list_urls(PROPOSALS, "grading/proposals/"),
    path("grading/proposals/decide/", decisions.decide, name="decide_proposals"),
    path("grading/proposals/<int:key>/", decisions.proposal, name="proposal"),
    *list_urls(RUN_PROPOSALS, "grading/runs/<int:run>/proposals/"),
    path("grading/runs/<int:key>/proposals/new/", decisions.draw_up, name="draw_up_proposals"),
    path("grading/runs/<int:key>/submit/", decisions.submit, name="submit_run"),
    path("grading/records/", customer.records, name="grade_records"),
    path("grading/records/<int:key>/", customer.record, name="grade_record"),
    path("grading/records/<int:key>/end/", customer.record_ended, name="grade_record_ended"),
    path("grading/movement/", reports.movement, name="grade_movement"),
    path("grading/principles/", reports.principles, name="grade_principles"),
    path("grading/ungraded/", reports.ungraded, name="ungraded"),
    path("grading/entry/", reports.entry, name="entry"),
    path("grading/importance/", importance.importance_list, name="importance_list"),
    path("grading/treatments/", reports.treatments, name="treatments"),
    path("grading/treatments/<int:key>/", reports.treatment, name="treatment"),
    path("grading/evaluations/", evaluations.evaluations, name="evaluations"),
    path("grading/evaluations/<int:key>/<str:first>/", evaluations.evaluation, name="evaluation"),
    path("grading/exits/<int:key>/", evaluations.exit_page, name="exit"),
    path("grading/exits/<int:key>/items/", evaluations.exit_item, name="exit_item"),
    path("grading/exits/<int:key>/close/", evaluations.exit_closed, name="exit_closed"),
    path("customers/<str:code>/importance/", importance.importance, name="customer_importance"),
    path("customers/<str:code>/grades/", customer.customer_grades, name="customer_grades"),
    path("customers/<str:code>/grades/appeal/", customer.appeal, name="appeal_grade"),
    path("customers/<str:code>/grades/records/new/", customer.new_record, name="new_grade_record"),
]
