"""The desk, the copies, loans of a person."""
