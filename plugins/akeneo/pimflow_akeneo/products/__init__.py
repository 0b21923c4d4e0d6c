"""Products and product models.

`lines` is the base: the PIM's JSON <-> our flat payload. A row's way into the PIM then goes through `preparing`,
`fitting` (which stands on `levels` and `moves`) and `writing`, and the PIM's answers through `judging`; `existence` is
what all of them know of the PIM's records. `reading` is the way out of the PIM.
"""
