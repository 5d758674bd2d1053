"""A synthetic shop: drawn garments, a planted taste, and outfits that follow it."""
