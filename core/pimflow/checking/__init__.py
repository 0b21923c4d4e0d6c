"""A flow held against its targets before anything is written: by `pimflow check`, and at each full run."""
