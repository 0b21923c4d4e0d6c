"""A batch of changes goes to the PIM, with one outcome each.

In order of reading: `pending` is a change on its way, `prior_reads` what must be read before, `uuid_lines` how lines
for `/products-uuid` differ, `category_changes` and `created_or_updated` what older PIMs do not do, and `loading` the
way of a whole batch.
"""
