"""A first mapping: the columns of a source held against what a target takes."""
