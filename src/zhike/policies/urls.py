"""Addresses of policies."""

from __future__ import annotations

from django.urls import path

from zhike.policies import article_views, edit_views, route_views, views

urlpatterns = [
    path("", views.policies, name="policies"),
    path("new/", edit_views.new_policy, name="new_policy"),
    path("compare/", views.compare, name="compare_policies"),
    path("gaps/", route_views.governance, name="policy_gaps"),
    path("two-scopes/", route_views.two_scopes, name="two_scopes"),
    path("<slug:policy>/", views.policy, name="policy"),
    path("<slug:policy>/amend/", edit_views.amendment, name="amend_policy"),
    path("<slug:policy>/draft/", edit_views.draft, name="policy_draft"),
    path("<slug:policy>/rules/", route_views.rules, name="detailed_rules"),
    path("<slug:policy>/rules/new/", route_views.new_rule, name="new_detailed_rule"),
    path("<slug:policy>/rules/<int:number>/", route_views.rule, name="detailed_rule"),
    path(
        "<slug:policy>/rules/<int:number>/approve/", route_views.rule_approved, name="approve_detailed_rule"
    ),
    path(
        "<slug:policy>/rules/<int:number>/withdraw/",
        route_views.rule_withdrawn,
        name="withdraw_detailed_rule",
    ),
    path("<slug:policy>/<int:number>/", views.version, name="policy_version"),
    path("<slug:policy>/<int:number>/print/", views.printed, name="print_policy"),
    path("<slug:policy>/<int:number>/parameters/", edit_views.parameters, name="policy_parameters"),
    path("<slug:policy>/<int:number>/article/", article_views.article, name="policy_article"),
    path("<slug:policy>/<int:number>/limits/", edit_views.limits, name="policy_limits"),
    path("<slug:policy>/<int:number>/grades/", edit_views.grades, name="policy_grades"),
    path("<slug:policy>/<int:number>/control/", edit_views.control, name="policy_control"),
    path("<slug:policy>/<int:number>/scope/", route_views.scope, name="policy_scope"),
    path("<slug:policy>/<int:number>/questions/", views.questions, name="policy_questions"),
    path("<slug:policy>/<int:number>/decision/", edit_views.decision, name="policy_decision"),
    path("<slug:policy>/<int:number>/text/", edit_views.text, name="policy_text"),
    path("<slug:policy>/<int:number>/tests/", edit_views.tests, name="policy_tests"),
    path("<slug:policy>/<int:number>/submit/", route_views.submitted, name="submit_policy"),
    path("<slug:policy>/<int:number>/take-back/", route_views.taken_back, name="take_back_policy"),
    path("<slug:policy>/<int:number>/publish/", route_views.published, name="publish_policy"),
    path("<slug:policy>/<int:number>/withdraw/", route_views.withdrawn, name="withdraw_policy"),
    path("<slug:policy>/<int:number>/drop/", edit_views.dropped, name="drop_policy_draft"),
    path("<slug:policy>/<int:number>/acknowledge/", route_views.acknowledged, name="acknowledge_policy"),
]
