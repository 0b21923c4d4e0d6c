"""The files that users write: read with their lines, held against their form, laid over for an environment."""
