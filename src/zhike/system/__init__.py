"""Running the installation: schema, jobs, journal, backups, health. For administrators and the command line."""
