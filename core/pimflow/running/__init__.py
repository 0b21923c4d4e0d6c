"""One run of a pipeline: begun under a lock, flow by flow, reported and told."""
