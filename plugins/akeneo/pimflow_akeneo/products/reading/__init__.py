"""Records of the PIM become rows.

In order of reading: `rows` makes cells of a record, with `option_labels` beside codes; `queries` asks for lists,
`changes` for what changed since the last read; `record_sources` is what the components have in common.
"""
