"""Fuzzing: whatever bytes come in, only our own named errors come out."""
