"""Encoders that turn one modality of an item into vectors, offline, once."""
