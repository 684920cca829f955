"""Notices: the one owner of everything the house tells people. They are rendered when sent, and dropped when no longer
true.
"""
