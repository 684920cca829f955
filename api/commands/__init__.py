"""The command line; the only place that may use all floors."""
