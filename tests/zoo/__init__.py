"""Hostile targets: servers that misbehave in one way each, and what the suite makes of them."""
