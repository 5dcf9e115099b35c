"""Pictures of cars with exact labels, drawn by three.js in a headless browser.

Index rows hold what contracts name and also: view (number in the scene; 1 and 5 have a free distance), paint_mode,
saturation_scale and value_scale (see repaint.py), box (the unbent car, L; with bend it is what bend.bend() takes) and
bent_box. environment_rotation_deg is relative to the camera: in car space the map is turned about +Y by that plus the
azimuth, and light is computed so. The sun of a map is drawn as a directional light and is part of light.
"""
