"""Training of Turnaround: data, template, networks, export, evaluation."""
