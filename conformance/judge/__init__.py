"""Pure functions over recorded exchanges: the followed model, the laws, the families of codes, verdicts."""
