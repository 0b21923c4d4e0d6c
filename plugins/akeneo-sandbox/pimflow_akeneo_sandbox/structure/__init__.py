"""Attributes, families, categories and all else that products are made of."""
