"""Letters that tell customers their grade: templates, batches, proof of delivery and receipt."""
