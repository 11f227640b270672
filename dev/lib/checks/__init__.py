"""The sections of `dev/test`. Each is a function that takes a :class:`lib.checks.plan.Plan` and returns results."""
