"""Claims, samplers, measurements, judges, campaigns and reports."""
