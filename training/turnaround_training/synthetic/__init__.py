"""Pictures of cars that do not exist, with exact labels, drawn while training runs: more shapes than models."""
