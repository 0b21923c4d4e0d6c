"""Amounts with units: how ERPs write units, and how Akeneo does."""
