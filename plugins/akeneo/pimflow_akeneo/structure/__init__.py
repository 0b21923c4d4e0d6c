"""The PIM's structure: attributes, families, categories and all else that products are made of."""
