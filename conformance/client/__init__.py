"""The target and the session that sends to it: launching, signing, rate limits, recording, scheduling."""
