"""Pure functions over recorded exchanges: the followed model, the invariants, the reasons of codes, verdicts."""
