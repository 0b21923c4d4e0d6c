"""Values of products and models: read from a payload, checked, merged, answered."""
