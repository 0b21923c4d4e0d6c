"""The HTTP side: one module a family of paths."""
