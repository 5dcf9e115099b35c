"""Draws a GLB in Blender (Cycles, CPU) through cameras and lights given as JSON. Run by draw-in-blender.ts:

    blender --background --factory-startup --python draw_car.py -- JOB.json

The job: {glb, size, samples, camera: {eye, right, up, forward, fov, offset}, pictures: [{look, file, radiance}]} with
eye and directions in glTF's space (+Y up), fov in radians, offset in fractions of the picture (right, down).
radiance [9][3] are the coefficients of the light that arrives, in the order of src/shared/spherical-harmonics.ts.
look 'albedo': the texture shines; 'diffuse': a diffuse surface under the light, nothing shades it, nothing bounces;
'imported': the material as Blender's importer makes it, with the car's own shadows and all bounces.
"""

import json
import math
import sys

import bpy
import mathutils
import numpy

# Blender 3.4's importer asks for it; numpy 1.24 has dropped it
numpy.bool = bool

LATITUDES = 256


def to_blender(vector):
    x, y, z = vector
    return mathutils.Vector((x, -z, y))


def basis(x, y, z):
    """Y_0..Y_8 of unit vectors in glTF's space."""
    return [
        numpy.full_like(x, 0.282095),
        0.488603 * y,
        0.488603 * z,
        0.488603 * x,
        1.092548 * x * y,
        1.092548 * y * z,
        0.315392 * (3 * z * z - 1),
        1.092548 * x * z,
        0.546274 * (x * x - y * y),
    ]


def set_camera(camera):
    """The camera whose principal point is shifted by `offset`: Blender shifts the window instead, the other way."""
    data = bpy.data.cameras.new("camera")
    data.sensor_fit = "HORIZONTAL"
    data.angle = camera["fov"]
    data.shift_x = -camera["offset"][0]
    data.shift_y = camera["offset"][1]
    data.clip_start = 0.01
    thing = bpy.data.objects.new("camera", data)
    axes = [to_blender(camera["right"]), to_blender(camera["up"]), -to_blender(camera["forward"])]
    thing.matrix_world = mathutils.Matrix.LocRotScale(
        to_blender(camera["eye"]), mathutils.Matrix(axes).transposed(), None
    )
    bpy.context.scene.collection.objects.link(thing)
    bpy.context.scene.camera = thing


def set_world(radiance):
    """The light as an equirectangular picture; Blender's longitude falls from left to right."""
    height, width = LATITUDES, 2 * LATITUDES
    u = (numpy.arange(width) + 0.5) / width
    v = (numpy.arange(height) + 0.5) / height
    longitude, latitude = numpy.meshgrid(-(u - 0.5) * 2 * math.pi, (v - 0.5) * math.pi)
    x = numpy.cos(latitude) * numpy.cos(longitude)
    y = numpy.cos(latitude) * numpy.sin(longitude)
    z = numpy.sin(latitude)
    # Blender's (x, y, z) is glTF's (x, z, -y)
    harmonics = numpy.stack(basis(x, z, -y), axis=-1)
    pixels = numpy.ones((height, width, 4), numpy.float32)
    pixels[..., :3] = harmonics @ numpy.asarray(radiance)
    image = bpy.data.images.new("light", width, height, float_buffer=True)
    image.colorspace_settings.name = "Linear"
    image.pixels.foreach_set(pixels.ravel())
    image.update()
    world = bpy.data.worlds.new("light")
    world.use_nodes = True
    nodes = world.node_tree.nodes
    picture = nodes.new("ShaderNodeTexEnvironment")
    picture.image = image
    world.node_tree.links.new(picture.outputs["Color"], nodes["Background"].inputs["Color"])
    bpy.context.scene.world = world


def set_look(material, look):
    """Puts another shader between the texture and the output; the imported one comes back with 'imported'."""
    tree = material.node_tree
    texture = next(node for node in tree.nodes if node.type == "TEX_IMAGE")
    output = next(node for node in tree.nodes if node.type == "OUTPUT_MATERIAL")
    kinds = {"albedo": "ShaderNodeEmission", "diffuse": "ShaderNodeBsdfDiffuse"}
    if look in kinds:
        shader = tree.nodes.new(kinds[look])
        tree.links.new(texture.outputs["Color"], shader.inputs["Color"])
    else:
        shader = next(node for node in tree.nodes if node.type == "BSDF_PRINCIPLED")
    tree.links.new(shader.outputs[0], output.inputs["Surface"])


def main():
    with open(sys.argv[sys.argv.index("--") + 1], encoding="utf-8") as file:
        job = json.load(file)
    for thing in list(bpy.data.objects):
        bpy.data.objects.remove(thing)
    bpy.ops.import_scene.gltf(filepath=job["glb"])
    cars = [thing for thing in bpy.data.objects if thing.type == "MESH"]
    if not cars:
        raise SystemExit("draw_car.py: the GLB holds no mesh")
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.device = "CPU"
    scene.cycles.samples = job["samples"]
    scene.cycles.use_adaptive_sampling = False
    scene.cycles.use_denoising = False
    scene.cycles.pixel_filter_type = "BOX"
    scene.render.resolution_x = scene.render.resolution_y = job["size"]
    scene.render.resolution_percentage = 100
    scene.render.film_transparent = True
    scene.render.dither_intensity = 0
    scene.render.image_settings.file_format = "PNG"
    scene.render.image_settings.color_mode = "RGBA"
    scene.view_settings.view_transform = "Standard"
    set_camera(job["camera"])
    bounces = scene.cycles.max_bounces
    for picture in job["pictures"]:
        look = picture["look"]
        set_world(picture["radiance"])
        scene.cycles.max_bounces = bounces if look == "imported" else 0
        for car in cars:
            car.visible_shadow = car.visible_diffuse = look == "imported"
            for slot in car.material_slots:
                set_look(slot.material, look)
        scene.render.filepath = picture["file"]
        bpy.ops.render.render(write_still=True)


main()
