"""Examines an installation and a project as an administrator would, and packs what support needs to see.

It works where nothing else does: with broken files, a state that cannot be opened, and without any pipeline. Nothing
is contacted and nothing is changed.
"""
