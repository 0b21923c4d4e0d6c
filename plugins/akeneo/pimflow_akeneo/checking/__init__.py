"""What a flow will bring, held against the PIM as it is now: nothing is written, and each kind of mistake has a module.

In order of reading: `subject` is what is held against the PIM, `keys`, `types`, `values`, `families`, `axes`,
`read_only` and `rights` each look for one kind of mistake, `changes` tells what became of the PIM's model since the
last check, and `records` puts them together for products and product models. `contract` knows what an ownership
contract may name.
"""
