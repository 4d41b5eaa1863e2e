"""The commands, one file each: what users type, and nothing else."""
