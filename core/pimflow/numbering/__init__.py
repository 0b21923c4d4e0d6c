"""Numbers for records that have none yet: how they are written, and how each record gets one that nobody else has."""
