"""The guides of the five people, one page each: the same files are read in the app and in docs/huong-dan."""
