"""Receiving: the bytes of a file on their way in, until they are stored."""
