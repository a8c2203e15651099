"""Letters that tell customers their grade: templates, batches, proof of sending, delivery and receipt (GRD-22)."""
