"""Parsing in a limited child: its limits, its tasks, and what it says about pages."""
