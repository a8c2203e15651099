"""Pages that cross nouns and own nothing: the first page, and the search over everything."""
