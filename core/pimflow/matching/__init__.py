"""The first import into a target that has records already: which of them are those of the source."""
