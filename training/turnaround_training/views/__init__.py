"""Viewpoint codes: which style inputs hold the view, which codes see a car from where."""
