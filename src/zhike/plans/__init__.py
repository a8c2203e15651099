"""Service plans of customers: drawn from their needs, approved, confirmed by the customer, carried out item by item."""
