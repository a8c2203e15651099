"""Work that outlives a request: a durable table, leases, retries, progress, periodic work. Knows no person's rights."""
