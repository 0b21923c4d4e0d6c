"""The transform `variants`: flat rows become product models and their variants."""
