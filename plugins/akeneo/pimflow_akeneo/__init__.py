"""Reads products from and writes products to an Akeneo PIM."""
