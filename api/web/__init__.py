"""The ground under all rooms: gate, doors, errors, rendering."""
