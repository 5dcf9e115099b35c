// Backward pass of the depth picture.
#pragma once
#include "scene.h"

namespace turnaround {

// Takes the gradient of depth [H,W] to the depths of the vertices and to the edge functions: depth = sum b_k Z_k with
// perspective-correct barycentrics b, where a perspective camera's Z is its W.
template <typename Real>
void depth_backward(const Scene<Real>& scene, const State& state, const Real* gradient, Gradient& out) {
  const int row = scene.perspective() ? 2 : 3;
  for (int64_t p = 0; p < int64_t(scene.width) * scene.height; p++) {
    const int64_t face = state.face[p];
    const double g = face < 0 ? 0 : gradient[p];
    if (g == 0) continue;
    const int32_t* v = scene.faces + 3 * face;
    const double* const corners[3] = {&state.clip[4 * v[0]], &state.clip[4 * v[1]], &state.clip[4 * v[2]]};
    const Edges edges(corners[0], corners[1], corners[2]);
    const double px = p % scene.width + 0.5, py = p / scene.width + 0.5;
    double l[3];
    for (int k = 0; k < 3; k++) l[k] = edges.e[k] * px + edges.f[k] * py + edges.g[k];
    const double scale = g / (l[0] + l[1] + l[2]);
    double depth = 0;
    for (int k = 0; k < 3; k++) {
      out.clip[4 * v[k] + row] += l[k] * scale;
      depth += l[k] * corners[k][row] * scale / g;
    }
    for (int k = 0; k < 3; k++) {
      const double slope = scale * (corners[k][row] - depth);
      out.edges[9 * face + 3 * k] += slope * px;
      out.edges[9 * face + 3 * k + 1] += slope * py;
      out.edges[9 * face + 3 * k + 2] += slope;
    }
  }
}

}  // namespace turnaround
