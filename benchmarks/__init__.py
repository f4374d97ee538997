"""Benchmarks, the simulated WhatsApp they run against, and the demo."""
