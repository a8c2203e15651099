"""Addresses of orders and receivables."""

from __future__ import annotations

from django.urls import path

from zhike.facts import views

urlpatterns = [
    path("orders/", views.orders, name="orders"),
    path("receivables/", views.receivables, name="receivables"),
    path("orders/of/<str:code>/annual/", views.annual_orders, name="annual_orders"),
]
