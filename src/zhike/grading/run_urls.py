"""Addresses of runs, boards, explanations, scenarios and judgements."""

from __future__ import annotations

from django.urls import path

from zhike.customers.exports import list_urls
from zhike.grading import judgement_views, run_views, whatif_views
from zhike.grading.run_lists import RESULTS

urlpatterns = [
    path("", run_views.gradings, name="gradings"),
    path("start/<slug:code>/", run_views.start, name="start_grading"),
    path("runs/<int:key>/", run_views.board, name="grading_run"),
    path("runs/<int:key>/progress/", run_views.progress, name="grading_progress"),
    path("runs/<int:key>/withdraw/", run_views.withdraw, name="withdraw_grading"),
    path("runs/<int:key>/recheck/", run_views.recheck, name="recheck_grading"),
    path("runs/<int:key>/again/", run_views.again, name="grade_again"),
    path("runs/<int:key>/leave-out/", judgement_views.leave, name="leave_out"),
    *list_urls(RESULTS, "runs/<int:run>/results/"),
    path("runs/<int:key>/results/<str:code>/", run_views.result, name="grading_result"),
    path("runs/<int:key>/forecast/", run_views.outlook, name="grading_outlook"),
    path("runs/<int:key>/what-if/", whatif_views.turned, name="grading_whatif"),
    path("runs/<int:key>/scenarios/", whatif_views.keep, name="keep_scenario"),
    path("scenarios/<int:key>/drop/", whatif_views.drop, name="drop_scenario"),
    path("judgements/", judgement_views.judgements, name="judgements"),
    path("judgements/<str:code>/<str:name>/", judgement_views.give, name="give_judgement"),
]
