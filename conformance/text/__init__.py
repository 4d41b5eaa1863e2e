"""What people read: languages, the nearest known word, and text made harmless."""
