"""What a work shows: its page, the reader, its files, its history."""
