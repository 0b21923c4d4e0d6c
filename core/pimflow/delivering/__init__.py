"""The way of rows into one sink: prepared, told apart, compared with what is known, written in batches, kept."""
