"""Models that score outfits and embed what is missing, over one shared item tower."""
