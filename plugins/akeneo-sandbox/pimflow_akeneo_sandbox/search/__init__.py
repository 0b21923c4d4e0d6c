"""Lists of products and models: query parameters, filters, pages."""
