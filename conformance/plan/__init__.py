"""What a run would send, found by a dry run, and what of it fits a budget."""
