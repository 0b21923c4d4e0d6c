"""Holds every request that pimflow's client sends in a test against Akeneo's own description of its API."""
