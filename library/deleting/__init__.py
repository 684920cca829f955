"""Deleting works and people: at once out of sight, thirty days to undo, then gone everywhere."""
