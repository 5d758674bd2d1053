"""The live overlay: what became of items since the bundle was written, alike on every replica."""
