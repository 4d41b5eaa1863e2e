"""Recorded traffic, whoever recorded it: read, made into exchanges, and judged without sending anything."""
