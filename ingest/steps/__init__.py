"""The steps' work inside the limited child: each module's `work` takes one job and yields plain JSON."""
