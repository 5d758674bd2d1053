"""Programs that look for inputs which the code does not foresee; run by `make fuzz`."""
