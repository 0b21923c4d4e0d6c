"""Start an Akeneo-compatible server for demos and tests."""
