"""Attacks by their number: each test fails when its defence is taken out."""
