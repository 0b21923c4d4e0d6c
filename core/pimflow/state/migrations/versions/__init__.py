"""One module a version; `revision` is the version with four digits."""
