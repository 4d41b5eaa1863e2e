"""Who is tested and the open door to it: launching, signing, throttling, recording, scheduling."""
