"""Products and product models: rows made into lines, lines written, answers understood."""
