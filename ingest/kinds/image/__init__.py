"""A picture of one page."""
