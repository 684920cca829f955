"""Circulation: the paper copies of a school and who has them."""
