"""What a reader does with the library: for now, where they left off."""
