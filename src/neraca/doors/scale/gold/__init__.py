"""Training and evaluation tasks: tasks whose right answer is known."""
