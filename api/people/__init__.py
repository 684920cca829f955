"""Signing in, people in care, units, notices."""
