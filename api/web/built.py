"""Where the built front end lies."""

from pathlib import Path

BUILT = Path(__file__).parents[2] / "frontend" / "dist"
