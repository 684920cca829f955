"""Where renditions live."""
