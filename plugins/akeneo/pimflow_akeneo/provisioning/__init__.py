"""The PIM's structure from one YAML file: what is missing is created, what differs is changed, the rest stays."""
