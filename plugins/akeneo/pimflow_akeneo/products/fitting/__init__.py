"""What the PIM can take of changes as it is now: `models` for product models, `products` for products and variants."""
