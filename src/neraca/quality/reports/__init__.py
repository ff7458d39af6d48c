"""How good a project's labels are: what the estimate finds out, and what the latest verdicts tell by themselves."""
