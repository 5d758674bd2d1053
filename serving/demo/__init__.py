"""What `outfit demo` does: its folder, its server, its questions, its tables."""
