"""A run on disk: run.ndjson, its folder, and a reproducer for each finding."""
