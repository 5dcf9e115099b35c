// Projection, edge functions and smooth normals, forward and backward.
#pragma once
#include <algorithm>
#include <cmath>

#include "scene.h"

namespace turnaround {

template <typename Real>
void project(const Scene<Real>& scene, State& state) {
  double m[16];
  for (int k = 0; k < 16; k++) m[k] = scene.camera[k];
  state.clip.resize(4 * scene.vertex_count);
  for (int64_t v = 0; v < scene.vertex_count; v++) {
    const double x = scene.vertices[3 * v], y = scene.vertices[3 * v + 1], z = scene.vertices[3 * v + 2];
    for (int row = 0; row < 4; row++)
      state.clip[4 * v + row] = m[4 * row] * x + m[4 * row + 1] * y + m[4 * row + 2] * z + m[4 * row + 3];
  }
}

template <typename Real>
void project_backward(const Scene<Real>& scene, Gradient& gradient) {
  for (int64_t v = 0; v < scene.vertex_count; v++) {
    const double* g = &gradient.clip[4 * v];
    if (g[0] == 0 && g[1] == 0 && g[2] == 0 && g[3] == 0) continue;
    for (int row = 0; row < 4; row++) {
      for (int k = 0; k < 3; k++) {
        gradient.vertices[3 * v + k] += scene.camera[4 * row + k] * g[row];
        gradient.camera[4 * row + k] += scene.vertices[3 * v + k] * g[row];
      }
      gradient.camera[4 * row + 3] += g[row];
    }
  }
}

// From edge functions to clip space: with G_k = sum over pixels of dl_k (x, y, 1) and l_0 = p . (v1 x v2) and so on
// around, dv_0 = v1 x G_2 - v2 x G_1.
template <typename Real>
void edges_backward(const Scene<Real>& scene, const State& state, Gradient& out) {
  for (int64_t face = 0; face < scene.face_count; face++) {
    const double* g = &out.edges[9 * face];
    if (std::all_of(g, g + 9, [](double value) { return value == 0; })) continue;
    for (int k = 0; k < 3; k++) {
      const int next = (k + 1) % 3, other = (k + 2) % 3;
      const double *vn = &state.clip[4 * scene.faces[3 * face + next]], *gn = g + 3 * next;
      const double *vo = &state.clip[4 * scene.faces[3 * face + other]], *go = g + 3 * other;
      double* d = &out.clip[4 * scene.faces[3 * face + k]];
      d[0] += vn[1] * go[2] - vn[2] * go[1] - (vo[1] * gn[2] - vo[2] * gn[1]);
      d[1] += vn[2] * go[0] - vn[0] * go[2] - (vo[2] * gn[0] - vo[0] * gn[2]);
      d[2] += vn[0] * go[1] - vn[1] * go[0] - (vo[0] * gn[1] - vo[1] * gn[0]);
    }
  }
}

inline void cross(const double* u, const double* v, double* out) {
  out[0] = u[1] * v[2] - u[2] * v[1];
  out[1] = u[2] * v[0] - u[0] * v[2];
  out[2] = u[0] * v[1] - u[1] * v[0];
}

// Two edges of a face from its first corner; false where a corner isn't finite.
template <typename Real>
bool face_edges(const Scene<Real>& scene, const int32_t* face, double* u, double* v) {
  double size = 0;
  for (int k = 0; k < 3; k++) {
    const double origin = scene.vertices[3 * face[0] + k];
    u[k] = scene.vertices[3 * face[1] + k] - origin;
    v[k] = scene.vertices[3 * face[2] + k] - origin;
    size += std::abs(u[k]) + std::abs(v[k]);
  }
  return std::isfinite(size);
}

// Unit vertex normals: sums of the faces' normals weighted by area, as three.js and Blender make them.
template <typename Real>
void vertex_normals(const Scene<Real>& scene, State& state) {
  state.normals.assign(3 * scene.vertex_count, 0.0);
  state.normal_lengths.resize(scene.vertex_count);
  for (int64_t f = 0; f < scene.face_count; f++) {
    const int32_t* face = scene.faces + 3 * f;
    double u[3], v[3], n[3];
    if (!face_edges(scene, face, u, v)) continue;
    cross(u, v, n);
    for (int corner = 0; corner < 3; corner++)
      for (int k = 0; k < 3; k++) state.normals[3 * face[corner] + k] += n[k];
  }
  for (int64_t v = 0; v < scene.vertex_count; v++) {
    double* n = &state.normals[3 * v];
    const double length = std::sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2]);
    state.normal_lengths[v] = length;
    for (int k = 0; k < 3; k++) n[k] = length > 0 ? n[k] / length : 0;
  }
}

// Adds the gradient of the vertices that belongs to gradient.normals, which is used up.
template <typename Real>
void vertex_normals_backward(const Scene<Real>& scene, const State& state, Gradient& gradient) {
  for (int64_t v = 0; v < scene.vertex_count; v++) {
    const double* n = &state.normals[3 * v];
    double* g = &gradient.normals[3 * v];
    const double scale = state.normal_lengths[v] > 0 ? 1 / state.normal_lengths[v] : 0;
    const double along = g[0] * n[0] + g[1] * n[1] + g[2] * n[2];
    for (int k = 0; k < 3; k++) g[k] = (g[k] - along * n[k]) * scale;
  }
  for (int64_t f = 0; f < scene.face_count; f++) {
    const int32_t* face = scene.faces + 3 * f;
    double g[3], u[3], v[3], du[3], dv[3];
    for (int k = 0; k < 3; k++)
      g[k] = gradient.normals[3 * face[0] + k] + gradient.normals[3 * face[1] + k] + gradient.normals[3 * face[2] + k];
    if ((g[0] == 0 && g[1] == 0 && g[2] == 0) || !face_edges(scene, face, u, v)) continue;
    // normal = u x v, so d/du = v x g and d/dv = g x u
    cross(v, g, du);
    cross(g, u, dv);
    for (int k = 0; k < 3; k++) {
      gradient.vertices[3 * face[0] + k] -= du[k] + dv[k];
      gradient.vertices[3 * face[1] + k] += du[k];
      gradient.vertices[3 * face[2] + k] += dv[k];
    }
  }
}

}  // namespace turnaround
