"""Stage `template`: registers one closed mesh to every car, averages it, spans its shape basis and bakes textures."""
