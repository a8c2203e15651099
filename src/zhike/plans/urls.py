"""Addresses of service plans."""

from __future__ import annotations

from django.urls import path

from zhike.customers.exports import list_urls
from zhike.plans import answer_views, item_views, views
from zhike.plans.lists import PLANS, WITHOUT
from zhike.plans.need_lists import UNANSWERED

urlpatterns = [
    *list_urls(PLANS),
    *list_urls(WITHOUT, "without/"),
    *list_urls(UNANSWERED, "needs/"),
    path("new/", views.new_plan, name="new_plan"),
    path("<int:key>/", views.plan_page, name="plan"),
    path("<int:key>/edit/", views.edit_plan, name="edit_plan"),
    path("<int:key>/submit/", views.submit, name="submit_plan"),
    path("<int:key>/return/", views.return_plan, name="return_plan"),
    path("<int:key>/approve/", views.approve, name="approve_plan"),
    path("<int:key>/withdraw/", views.withdraw, name="withdraw_plan"),
    path("<int:key>/send/", answer_views.send, name="send_plan"),
    path("<int:key>/confirm/", answer_views.confirm, name="confirm_plan"),
    path("<int:key>/change/", answer_views.change, name="change_plan"),
    path("<int:key>/revise/", answer_views.revise, name="revise_plan"),
    path("<int:key>/file/<str:form>/", answer_views.plan_file, name="plan_file"),
    path("<int:key>/items/new/", item_views.new_item, name="new_plan_item"),
    path("<int:key>/items/rows/", item_views.new_rows, name="new_plan_rows"),
    path("<int:key>/items/grade/", item_views.from_grade, name="plan_from_grade"),
    path("<int:key>/items/<int:item>/", item_views.edit_item, name="plan_item"),
    path("<int:key>/items/<int:item>/remove/", item_views.remove_item, name="remove_plan_item"),
    path("<int:key>/items/<int:item>/done/", item_views.done, name="plan_item_done"),
    path("<int:key>/items/<int:item>/reopen/", item_views.reopen_item, name="reopen_plan_item"),
    path("<int:key>/items/<int:item>/pass/", item_views.pass_item, name="pass_plan_item"),
    path("<int:key>/needs/<int:need>/", item_views.answer_need, name="answer_plan_need"),
]
