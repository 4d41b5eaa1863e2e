"""Begins a new clause: what `contract new` writes into a checkout."""
