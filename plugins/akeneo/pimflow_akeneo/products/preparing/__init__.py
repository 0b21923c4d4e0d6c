"""A row becomes an item, without a call: cells are checked, and what the PIM would not take is told.

In order of reading: `flow_columns` understands the columns of a flow once, `properties` checks cells of properties and
associations, and `rows` prepares whole rows.
"""
