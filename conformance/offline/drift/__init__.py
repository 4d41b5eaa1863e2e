"""Many runs of one target: what each showed, what has changed since the baseline, and whose change it is."""
