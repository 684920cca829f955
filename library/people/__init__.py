"""People: units, persons, their roles, signing in, and what each may see."""
