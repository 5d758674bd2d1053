"""Tables, files, question sets, the feature store and the synthetic shop: everything before torch."""
