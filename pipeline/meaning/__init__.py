"""From words to vectors: the embedding model, and the passages that it is given."""
