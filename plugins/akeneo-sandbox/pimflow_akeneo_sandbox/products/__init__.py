"""Products and product models: how the PIM updates, checks and answers them."""
