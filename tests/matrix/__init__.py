"""The generated matrix: every operation of the OpenAPI document × actor × thing, and what must come out of it."""
