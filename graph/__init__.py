"""Outfits as batched sets and graphs."""
