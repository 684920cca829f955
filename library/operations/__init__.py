"""Keeping the house running: who is alive, backups, restoring, and what is on its way out."""
