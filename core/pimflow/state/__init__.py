"""What pimflow remembers between runs; SQL stands in this package only.

`database` opens it, `records` knows what was sent, `open_items` what needs attention, `history` runs and cursors.
"""
