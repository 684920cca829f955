"""When the works of this small library were published, and how one more is."""

from collections.abc import Callable
from datetime import UTC, datetime

from library.catalogue.models import Work

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
Publish = Callable[..., Work]
