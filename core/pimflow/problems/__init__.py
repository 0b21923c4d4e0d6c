"""What needs attention, out of the state: by cause, as a list for people, and as that list comes back corrected."""
