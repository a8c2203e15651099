"""Working calendars: hours of the week, holidays, make-up working days. Knows no person's rights."""
