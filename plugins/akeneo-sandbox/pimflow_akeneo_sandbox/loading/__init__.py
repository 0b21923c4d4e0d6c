"""Catalogues from JSON files and from folders of Akeneo's CSV files."""
