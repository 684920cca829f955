"""People, units and classes."""
