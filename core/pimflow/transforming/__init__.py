"""Rows on their way through the transforms of a flow: compiled, changed in one pass, and traced for people."""
