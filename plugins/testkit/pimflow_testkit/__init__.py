"""Contract suites and HTTP replay for authors of pimflow plugins."""
