"""Tells people how runs ended, and what watches them which runs are late."""
