"""Routes translate between HTTP and the use cases; they decide nothing."""
