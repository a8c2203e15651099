"""The code about itself: imports, sizes, wording, packaging."""
