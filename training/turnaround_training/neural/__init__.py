"""The neural view: mapper and generator, trained on the same car from many sides."""
