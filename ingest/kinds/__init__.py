"""Kinds of documents: a folder each. Nothing about a kind stands outside its folder, but its line in `order.py`."""
