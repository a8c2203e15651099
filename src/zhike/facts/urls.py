"""Addresses of orders and receivables."""

from __future__ import annotations

from django.urls import path

from zhike.customers.exports import list_urls
from zhike.facts import views
from zhike.facts.trade_lists import OF_ORDERS, OF_RECEIVABLES

urlpatterns = [
    *list_urls(OF_ORDERS, "orders/"),
    *list_urls(OF_RECEIVABLES, "receivables/"),
    path("orders/of/<str:code>/annual/", views.annual_orders, name="annual_orders"),
]
