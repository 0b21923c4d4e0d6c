"""The way of a flow's rows into one sink: prepared, told apart, compared with what is known, written in batches, kept."""
