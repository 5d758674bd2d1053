"""Encoders, models, training, evaluation, the index, the recommender and the bundle."""
