"""Policies in the product: versions, parameters, control block, approval, publication, acknowledgement."""
