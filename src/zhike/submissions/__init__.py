"""Monthly figures per department: submitted, reconciled with the orders, verified and signed by another person."""
