"""The scene of bench/diffrender-scene.ts in Mitsuba 3: forward and backward by projective sampling, one thread, as JSON.

Run by bench/diffrender.ts: python bench/diffrender-mitsuba.py MESH.json RUNS, where MESH.json holds vertices [V, 3], faces [F, 3],
uv [F, 3, 2], eye and size. Light is a constant environment: Mitsuba has no spherical harmonics.
"""

import json
import sys
import time

import drjit as dr
import mitsuba as mi

mi.set_variant("llvm_ad_rgb")
dr.set_thread_count(1)

SAMPLES = 4


def mesh_of(vertices, faces, uv):
    """Corners become vertices of their own, since texture coordinates belong to corners here."""
    corners = [corner for face in faces for corner in face]
    mesh = mi.Mesh("body", len(corners), len(faces), has_vertex_texcoords=True)
    params = mi.traverse(mesh)
    params["vertex_positions"] = mi.Float([x for corner in corners for x in vertices[corner]])
    params["vertex_texcoords"] = mi.Float([x for face in uv for corner in face for x in corner])
    params["faces"] = mi.UInt32(list(range(len(corners))))
    params.update()
    return mesh


def main():
    with open(sys.argv[1]) as file:
        given = json.load(file)
    mesh = mesh_of(given["vertices"], given["faces"], given["uv"])
    mesh.write_ply(sys.argv[1] + ".ply")
    size = given["size"]
    scene = mi.load_dict({
        "type": "scene",
        "integrator": {
            "type": "direct_projective", "hide_emitters": True,
            "sppc": SAMPLES, "sppp": SAMPLES, "sppi": 0, "guiding": "none",
        },
        "sensor": {
            "type": "perspective",
            "fov": 30,
            "to_world": mi.ScalarTransform4f().look_at(origin=given["eye"], target=[0, 0, 0], up=[0, 1, 0]),
            "film": {"type": "hdrfilm", "sample_border": True, "width": size, "height": size, "rfilter": {"type": "box"}, "pixel_format": "rgba"},
        },
        "light": {"type": "constant"},
        "body": {
            "type": "ply",
            "filename": sys.argv[1] + ".ply",
            "bsdf": {
                "type": "twosided",
                "bsdf": {
                    "type": "diffuse",
                    "reflectance": {
                        "type": "bitmap",
                        "data": mi.TensorXf(mi.PCG32(size=3 * 65536).next_float32(), shape=(256, 256, 3)),
                        "raw": True,
                    },
                },
            },
        },
    })
    params = mi.traverse(scene)
    names = [name for name in params.keys() if name.endswith("vertex_positions") or name.endswith("data")]
    times = []
    for run in range(3 + int(sys.argv[2])):
        for name in names:
            dr.disable_grad(params[name])
            dr.enable_grad(params[name])
        params.update()
        dr.sync_thread()
        start = time.perf_counter()
        picture = mi.render(scene, params, spp=SAMPLES, seed=run)
        dr.backward(dr.sum(picture, axis=None))
        dr.eval([dr.grad(params[name]) for name in names])
        dr.sync_thread()
        times.append(1000 * (time.perf_counter() - start))
    times = sorted(times[3:])
    print(json.dumps({
        "version": mi.__version__, "samples": SAMPLES, "gradients": names,
        "min": times[0], "median": times[len(times) // 2], "max": times[-1],
    }))


main()
