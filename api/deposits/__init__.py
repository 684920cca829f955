"""Files on their way in: uploads, what became of them, the form."""
