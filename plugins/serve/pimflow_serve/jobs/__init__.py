"""Runs that the server begins: by the clock, or because somebody or something asked."""
