"""Reads and writes CSV and JSON Lines files in pimflow pipelines."""
