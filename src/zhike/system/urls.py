"""Addresses of the installation."""

from __future__ import annotations

from django.urls import path

from zhike.system import views

urlpatterns = [
    path("jobs/", views.jobs, name="jobs"),
    path("jobs/<int:number>/", views.job, name="job"),
    path("jobs/<int:number>/progress/", views.job_progress, name="job_progress"),
    path("jobs/<int:number>/cancellation/", views.job_cancellation, name="job_cancellation"),
    path("jobs/<int:number>/another-try/", views.job_again, name="job_again"),
    path("journal/", views.journal, name="journal"),
    path("journal/<int:number>/", views.entry, name="journal_entry"),
    path("health/", views.health, name="health"),
    path("healthz", views.healthz, name="healthz"),
]
