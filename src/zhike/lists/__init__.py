"""Lists of records: what may be asked of one, saved views, columns, and pages in a constant number of queries."""
