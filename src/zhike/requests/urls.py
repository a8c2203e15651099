"""Addresses of requests."""

from __future__ import annotations

from django.urls import path

from zhike.customers.exports import list_urls
from zhike.requests import views
from zhike.requests.lists import REQUESTS

urlpatterns = [
    *list_urls(REQUESTS),
    path("new/", views.new_request, name="new_request"),
    path("<int:key>/", views.request_page, name="request"),
    path("<int:key>/answer/", views.answer, name="answer_request"),
    path("<int:key>/correct/", views.correct, name="correct_request"),
    path("<int:key>/close/", views.close, name="close_request"),
]
