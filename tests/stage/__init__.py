"""What the tests of several folders stand on, and is no server: towns, schools, shelves, houses in this process."""
