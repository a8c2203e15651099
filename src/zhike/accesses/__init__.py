"""Who of a customer's people may use the customer portal: opened, renewed and revoked by whoever answers for the customer."""
