"""Programs that print what things cost here, as ratios to a reference run beside them."""
