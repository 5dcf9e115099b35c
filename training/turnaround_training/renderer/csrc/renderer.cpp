// The renderer's entry points, plain C: a batch of scenes forward, their gradients backward, one scene a thread.
#include <algorithm>
#include <memory>
#include <new>

#include "depth.h"
#include "geometry.h"
#include "rasterise.h"
#include "scene.h"
#include "shade.h"
#include "silhouette.h"

namespace turnaround {

// Mirrored field by field by native.py.
struct Batch {
  int64_t count, vertex_count, face_count;
  int32_t width, height, texture_width, texture_height, cull_back, srgb, nearest, threads;
  double near_depth, sigmainv;
  const int32_t* faces;
  const int32_t* neighbours;
  const double* uv;
  const void *vertices, *camera, *texels, *light;  // texels and light may be null

  int64_t pixels() const { return int64_t(width) * height; }
  int64_t texel_values() const { return 3 * int64_t(texture_width) * texture_height; }
};

template <typename Real>
const Real* item_of(const void* values, int64_t item, int64_t size) {
  return values ? static_cast<const Real*>(values) + item * size : nullptr;
}

template <typename Real>
Scene<Real> scene_of(const Batch& batch, int64_t item) {
  Scene<Real> scene{};
  scene.width = batch.width;
  scene.height = batch.height;
  scene.near_depth = batch.near_depth;
  scene.cull_back = batch.cull_back;
  scene.vertex_count = batch.vertex_count;
  scene.face_count = batch.face_count;
  scene.faces = batch.faces;
  scene.neighbours = batch.neighbours;
  scene.uv = batch.uv;
  scene.vertices = item_of<Real>(batch.vertices, item, 3 * batch.vertex_count);
  scene.camera = item_of<Real>(batch.camera, item, 16);
  scene.texels = item_of<Real>(batch.texels, item, batch.texel_values());
  scene.texture_width = batch.texture_width;
  scene.texture_height = batch.texture_height;
  scene.light = item_of<Real>(batch.light, item, 27);
  scene.srgb = batch.srgb;
  scene.sigmainv = batch.sigmainv;
  scene.nearest = batch.nearest;
  return scene;
}

using States = std::vector<State>;

template <typename Real>
void forward(const Batch& batch, States& states, Real* colour, Real* silhouette, int32_t* face, Real* depth) {
  states.resize(batch.count);
  const int64_t pixels = batch.pixels();
#pragma omp parallel for schedule(dynamic) num_threads(batch.threads)
  for (int64_t item = 0; item < batch.count; item++) {
    const Scene<Real> scene = scene_of<Real>(batch, item);
    State& state = states[item];
    project(scene, state);
    rasterise(scene, state, depth + item * pixels);
    soft_silhouette(scene, state, silhouette + item * pixels);
    std::copy(state.face.begin(), state.face.end(), face + item * pixels);
    if (!scene.texels) continue;
    if (scene.light) vertex_normals(scene, state);
    shade(scene, state, colour + item * 3 * pixels);
  }
}

template <typename Real>
void store(const std::vector<double>& values, Real* out, int64_t item) {
  if (out) std::copy(values.begin(), values.end(), out + item * int64_t(values.size()));
}

// Gradients that nobody asks for, and pictures that don't enter the loss, are null.
template <typename Real>
void backward(const Batch& batch, const States& states, const Real* colour, const Real* of_colour,
              const Real* of_silhouette, const Real* of_depth, Real* vertices, Real* camera, Real* texels, Real* light) {
  const int64_t pixels = batch.pixels();
#pragma omp parallel for schedule(dynamic) num_threads(batch.threads)
  for (int64_t item = 0; item < batch.count; item++) {
    const Scene<Real> scene = scene_of<Real>(batch, item);
    const State& state = states[item];
    Gradient gradient;
    gradient.vertices.assign(3 * scene.vertex_count, 0.0);
    gradient.camera.assign(16, 0.0);
    gradient.light.assign(27, 0.0);
    gradient.texels.assign(texels ? batch.texel_values() : 0, 0.0);
    gradient.clip.assign(4 * scene.vertex_count, 0.0);
    gradient.edges.assign(9 * scene.face_count, 0.0);
    if (of_silhouette && scene.nearest > 0)
      soft_silhouette_backward(scene, state, of_silhouette + item * pixels, gradient);
    if (of_depth) depth_backward(scene, state, of_depth + item * pixels, gradient);
    if (of_colour && scene.texels) {
      gradient.normals.assign(scene.light ? 3 * scene.vertex_count : 0, 0.0);
      shade_backward(scene, state, colour + item * 3 * pixels, of_colour + item * 3 * pixels, gradient);
      if (scene.light) vertex_normals_backward(scene, state, gradient);
    }
    edges_backward(scene, state, gradient);
    project_backward(scene, gradient);
    store(gradient.vertices, vertices, item);
    store(gradient.camera, camera, item);
    store(gradient.texels, texels, item);
    store(gradient.light, light, item);
  }
}

}  // namespace turnaround

using turnaround::Batch;
using turnaround::States;

// forward gives what backward needs, to be freed by release; null when memory runs out.
#define ENTRY_POINTS(NAME, REAL)                                                                                   \
  States* turnaround_forward_##NAME(const Batch* batch, REAL* colour, REAL* silhouette, int32_t* face, REAL* depth) { \
    std::unique_ptr<States> states(new (std::nothrow) States);                                                     \
    if (states) turnaround::forward(*batch, *states, colour, silhouette, face, depth);                             \
    return states.release();                                                                                       \
  }                                                                                                                \
  void turnaround_backward_##NAME(const Batch* batch, const States* states, const REAL* colour,                    \
                                  const REAL* of_colour, const REAL* of_silhouette, const REAL* of_depth,           \
                                  REAL* vertices, REAL* camera, REAL* texels, REAL* light) {                       \
    turnaround::backward(*batch, *states, colour, of_colour, of_silhouette, of_depth, vertices, camera, texels,    \
                         light);                                                                                   \
  }

extern "C" {
ENTRY_POINTS(float, float)
ENTRY_POINTS(double, double)
void turnaround_release(States* states) { delete states; }
}
