"""Reviews: the queue, one review, the decision."""
