"""Addresses of the customer portal."""

from __future__ import annotations

from django.urls import path

from zhike.portal import entry_views, views

urlpatterns = [
    path("", entry_views.front, name="portal"),
    path("code/", entry_views.code, name="portal_code"),
    path("choose/", entry_views.choose_customer, name="portal_choose"),
    path("leave/", entry_views.leave, name="portal_leave"),
    path("look/", entry_views.look, name="portal_look"),
    path("start/", views.home, name="portal_home"),
    path("orders/", views.orders, name="portal_orders"),
    path("orders/<int:key>/", views.order, name="portal_order"),
    path("requests/", views.requests, name="portal_requests"),
    path("requests/new/", views.new_request, name="portal_new_request"),
    path("requests/<int:key>/", views.request_page, name="portal_request"),
    path("letters/", views.letters, name="portal_letters"),
    path("letters/<int:key>/", views.letter, name="portal_letter"),
    path("letters/<int:key>/pdf/", views.letter_file, name="portal_letter_file"),
    path("plans/", views.plans, name="portal_plans"),
    path("plans/<int:key>/", views.plan, name="portal_plan"),
    path("plans/<int:key>/change/", views.change_plan, name="portal_change_plan"),
    path("company/", views.company, name="portal_company"),
]
