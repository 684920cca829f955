"""Deleting, and bringing back within thirty days."""
