"""Benchmarks against real servers, and what the fault tests share with them: a site, its database, a load of webhooks."""
