"""What a model is told: default system prompts (*.md) and the question built for each step."""
