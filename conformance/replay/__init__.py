"""A finding is sent again from its reproducer, and judged by what had found it."""
