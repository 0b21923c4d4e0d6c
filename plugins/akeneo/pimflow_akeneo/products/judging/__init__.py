"""What the PIM's answer to one record means, in the product manager's words. No I/O.

In order of reading: `missing_references` is what the PIM does not have yet or never will, `refusals` what it will not
take, and `verdicts` makes a status, problems and a reduced payload of both.
"""
