"""Records that change their place: models that are meant by derived ones, products that become variants.

In order of reading: `adoption_rules` decides which model of the PIM is meant (no I/O), `adoption` looks for it;
`conversion_rules` tells what stands against a simple product becoming a variant (no I/O), `conversion` does it.
"""
