"""Losses, a file each: pure functions of tensors that give a loss an outfit."""
