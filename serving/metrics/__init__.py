"""Metrics of one server, for Prometheus."""
