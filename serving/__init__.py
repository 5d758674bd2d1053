"""The gRPC service, its client and the command line."""
