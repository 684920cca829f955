"""What machines ask: health, figures, versions."""
