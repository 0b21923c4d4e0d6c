"""pimflow in a browser, and by the clock: `pimflow serve`."""
