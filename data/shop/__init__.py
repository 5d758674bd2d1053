"""A synthetic shop: drawn garments, outfits of a planted taste, questions with known answers."""
