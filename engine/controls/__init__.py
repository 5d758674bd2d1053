"""Scorers that learn nothing: what a model must beat before it has learnt anything."""
