"""The response cache: answers that were given before to the same question of the same state."""
