"""What a policy will take, before the first answer is asked: from a pilot, from gold, or from what is assumed."""
