"""The JSON interface: the same nouns and verbs as the pages, for programs."""
