"""Home pages: of everybody, of each role, of a school; guides."""
