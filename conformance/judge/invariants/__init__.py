"""The invariants: what must hold of every exchange to which it applies, whoever sent it."""
