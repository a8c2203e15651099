"""The customer archive: who a customer is, who looks after it, what happened, and how well all of that is known."""
