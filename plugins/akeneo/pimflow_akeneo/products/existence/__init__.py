"""What the PIM has already: which records, and what they hold.

In order of reading: `lookup` asks for records by their keys, `keys` knows which keys there are, `whereabouts` finds
products that people renamed, `whole_records` gives records with all their values, and `current` gives what a plan
compares.
"""
