"""A PostgreSQL server for the demo and the tests: by URL, or from a wheel."""
