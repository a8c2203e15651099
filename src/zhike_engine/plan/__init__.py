"""The intermediate representation: a policy made ready for one as-of date and one set of values."""
