"""Tables, files, question sets, the feature store and the generated shop: what needs no torch."""
