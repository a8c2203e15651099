"""Addresses of monthly figures."""

from __future__ import annotations

from django.urls import path

from zhike.submissions import views

urlpatterns = [
    path("", views.submissions, name="submissions"),
    path("new/", views.new_submission, name="new_submission"),
    path("form/", views.form_to_fill, name="figures_form"),
    path("<int:key>/", views.submission, name="submission"),
    path("<int:key>/file/", views.file, name="submission_file"),
    path("<int:key>/explain/", views.explain, name="explain_figures"),
    path("<int:key>/compare/", views.compare, name="compare_figures"),
    path("<int:key>/return/", views.give_back, name="return_figures"),
    path("<int:key>/sign/", views.sign, name="sign_figures"),
    path("<int:key>/correct/", views.correct, name="correct_figures"),
]
