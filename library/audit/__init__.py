"""The audit: what was done, by whom, in a chain that shows what was taken out of it."""

from library.audit.events import Event, tell

__all__ = ["Event", "tell"]
