"""The levels of a family variant: root models, the models below them, variants; and what has its place where.

In order of reading: `tree` tells the level of each column, `ancestors` what is known of the models above a record,
`ancestor_lookup` reads those, and `place` takes out of a record what belongs to another level.
"""
