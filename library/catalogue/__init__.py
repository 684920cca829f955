"""The catalogue: works, their versions, renditions and pages, and who may see them."""
