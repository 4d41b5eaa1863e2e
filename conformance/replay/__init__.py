"""Findings as small vectors, and how they are sent again."""
