"""Addresses of secrecy."""

from __future__ import annotations

from django.urls import path

from zhike.customers import guard_views as views
from zhike.customers.refused_views import denials

urlpatterns = [
    path("refused/", denials, name="denials"),
    path("seen/", views.viewings, name="viewings"),
    path("exports/", views.exports, name="exports"),
    path("consultations/", views.consultation_list, name="consultations"),
    path("consultations/ask/", views.ask, name="ask_consultation"),
    path("consultations/<int:consultation>/approve/", views.approve, name="approve_consultation"),
    path("consultations/<int:consultation>/refuse/", views.refuse, name="refuse_consultation"),
    path("consultations/<int:consultation>/end/", views.end, name="end_consultation"),
    path("incidents/", views.incident_list, name="incidents"),
    path("incidents/open/", views.open_incident, name="open_incident"),
    path("incidents/<int:incident>/", views.incident, name="incident"),
    path("incidents/<int:incident>/measures/", views.incident_measures, name="incident_measures"),
    path("incidents/<int:incident>/close/", views.close_incident, name="close_incident"),
]
