"""Judging without sending: recorded traffic, and runs compared over time."""
