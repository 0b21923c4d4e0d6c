"""What a flow names and the PIM lacks is made there, where the pipeline asks for it: `create_missing`.

In order of reading: `wishes` is the option in the YAML, `codes` makes a code of a text, `promises` keeps what a row
asked for, and `making` makes it before the batch goes that needs it.
"""
