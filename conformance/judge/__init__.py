"""Pure functions over recorded exchanges: the followed model, the invariants, the families of codes, verdicts."""
