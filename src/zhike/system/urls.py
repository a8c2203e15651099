"""Addresses of the installation."""

from __future__ import annotations

from django.urls import path

from zhike.system import calendar_views, notice_views, views

urlpatterns = [
    path("jobs/", views.jobs, name="jobs"),
    path("jobs/<int:number>/", views.job, name="job"),
    path("jobs/<int:number>/progress/", views.job_progress, name="job_progress"),
    path("jobs/<int:number>/cancellation/", views.job_cancellation, name="job_cancellation"),
    path("jobs/<int:number>/another-try/", views.job_again, name="job_again"),
    path("journal/", views.journal, name="journal"),
    path("journal/<int:number>/", views.entry, name="journal_entry"),
    path("people/me/notices/", notice_views.notices, name="notices"),
    path("messages/", notice_views.messages, name="messages"),
    path("messages/another-try/", notice_views.messages_again, name="messages_again"),
    path("messages/<int:number>/another-try/", notice_views.message_again, name="message_again"),
    path("calendar/", calendar_views.calendar, name="calendar"),
    path("calendar/days/", calendar_views.calendar_days, name="calendar_days"),
    path("calendar/days/<int:number>/", calendar_views.calendar_day, name="calendar_day"),
    path("health/", views.health, name="health"),
    path("healthz", views.healthz, name="healthz"),
]
