"""Addresses of the installation."""

from __future__ import annotations

from django.urls import path

from zhike.customers.exports import list_urls
from zhike.system import calendar_views, group_views, notice_views, views
from zhike.system.journal_lists import JOURNAL
from zhike.system.people_lists import PEOPLE

urlpatterns = [
    path("jobs/", views.jobs, name="jobs"),
    path("jobs/<int:number>/", views.job, name="job"),
    path("jobs/<int:number>/progress/", views.job_progress, name="job_progress"),
    path("jobs/<int:number>/cancellation/", views.job_cancellation, name="job_cancellation"),
    path("jobs/<int:number>/another-try/", views.job_again, name="job_again"),
    *list_urls(JOURNAL, "journal/"),
    path("journal/<int:number>/", views.entry, name="journal_entry"),
    *list_urls(PEOPLE, "people/"),
    path("people/me/notices/", notice_views.notices, name="notices"),
    path("messages/", notice_views.messages, name="messages"),
    path("messages/another-try/", notice_views.messages_again, name="messages_again"),
    path("messages/<int:number>/another-try/", notice_views.message_again, name="message_again"),
    path("messages/groups/", group_views.groups, name="groups"),
    path("messages/groups/new/", group_views.group_new, name="group_new"),
    path("messages/groups/<int:number>/test/", group_views.group_test, name="group_test"),
    path("messages/groups/<int:number>/close/", group_views.group_close, name="group_close"),
    path("calendar/", calendar_views.calendar, name="calendar"),
    path("calendar/days/", calendar_views.calendar_days, name="calendar_days"),
    path("calendar/days/<int:number>/", calendar_views.calendar_day, name="calendar_day"),
    path("health/", views.health, name="health"),
    path("healthz", views.healthz, name="healthz"),
]
