"""The HTTP client of pimflow connectors: time-outs, retries, one limiter per address and client."""
