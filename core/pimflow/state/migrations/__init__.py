"""The revisions of the tables, one for each version, as they were: they import nothing that may change."""
