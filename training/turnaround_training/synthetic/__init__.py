"""Pictures of cars that do not exist, drawn with exact labels while training runs: more shapes than there are models."""
