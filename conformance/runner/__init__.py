"""One run: select, draw, set up, execute, judge, and keep the result."""
