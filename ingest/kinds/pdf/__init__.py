"""PDF: pages with a text layer, or scans."""
