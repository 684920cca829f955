"""Where the project stands, however deep the file that asks."""

from pathlib import Path

PROJECT = Path(__file__).parents[2]
