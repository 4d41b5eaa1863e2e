"""THE SUITE: one file per operation; each test is one clause of the documentation as a sentence."""
