"""Addresses of customers."""

from __future__ import annotations

from django.urls import path

from zhike.customers import views

urlpatterns = [
    path("", views.customers, name="customers"),
    path("new/", views.new_customer, name="new_customer"),
    path("<str:code>/", views.customer, name="customer"),
    path("<str:code>/edit/", views.edit_customer, name="edit_customer"),
]
