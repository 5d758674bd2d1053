"""One file a subcommand of `outfit`."""
