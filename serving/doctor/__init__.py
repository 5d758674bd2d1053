"""What `outfit doctor` examines before a server is run."""
