"""What a user may say about a run: options, named targets, waivers and profiles."""
