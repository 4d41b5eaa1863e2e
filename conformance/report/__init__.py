"""What people and machines read of a run: all made from run.ndjson."""
