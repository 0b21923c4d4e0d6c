"""Generic transforms for pimflow pipelines: filter, map, convert, value_map."""
