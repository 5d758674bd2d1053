"""Who may call, what they may call, how often, and how it travels."""
