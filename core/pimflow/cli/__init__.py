"""pimflow command."""
