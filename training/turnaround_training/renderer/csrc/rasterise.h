// Which face each pixel shows.
#pragma once
#include <algorithm>
#include <cmath>
#include <limits>

#include "scene.h"

namespace turnaround {

// Box in pixels of the part of a triangle in front of the near plane.
struct Box {
  double x0 = std::numeric_limits<double>::infinity(), y0 = x0, x1 = -x0, y1 = -x0;

  void grow(double x, double y, double w) {
    x0 = std::min(x0, x / w);
    y0 = std::min(y0, y / w);
    x1 = std::max(x1, x / w);
    y1 = std::max(y1, y / w);
  }
};

inline Box box_in_front(const double* const corners[3], double near_depth) {
  Box box;
  for (int k = 0; k < 3; k++) {
    const double *a = corners[k], *b = corners[(k + 1) % 3];
    if (a[3] >= near_depth) box.grow(a[0], a[1], a[2]);
    if ((a[3] >= near_depth) != (b[3] >= near_depth)) {
      const double t = (near_depth - a[3]) / (b[3] - a[3]);
      box.grow(a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1]), a[2] + t * (b[2] - a[2]));
    }
  }
  return box;
}

// Z-buffer in homogeneous pixel coordinates (Olano and Greer 1997), the same as src/engine/diffrender/rasterise.ts:
// of faces at the same depth the first wins. Fills facing and face; depth [H,W] is infinite where there is nothing.
template <typename Real>
void rasterise(const Scene<Real>& scene, State& state, Real* depth) {
  constexpr double rounding = 2e-15;  // a few units in the last place
  const int width = scene.width, height = scene.height;
  const bool perspective = scene.perspective();
  const double near_depth = scene.near_depth, limit = perspective ? 1 / near_depth : -near_depth;
  std::vector<double> nearness(int64_t(width) * height, -std::numeric_limits<double>::infinity());
  state.face.assign(nearness.size(), -1);
  state.facing.assign(scene.face_count, 0);

  for (int64_t index = 0; index < scene.face_count; index++) {
    const double* const corners[3] = {
        &state.clip[4 * scene.faces[3 * index]], &state.clip[4 * scene.faces[3 * index + 1]],
        &state.clip[4 * scene.faces[3 * index + 2]]};
    const double *a = corners[0], *b = corners[1], *c = corners[2];
    const int in_front = (a[3] >= near_depth) + (b[3] >= near_depth) + (c[3] >= near_depth);
    if (in_front == 0) continue;
    Edges l(a, b, c);
    const double det = a[0] * l.e[0] + a[1] * l.f[0] + a[2] * l.g[0];
    if (!(std::abs(det) > 0 && std::isfinite(det))) continue;
    // rows run downwards, so a face that is counter-clockwise to the eye has a negative determinant
    const bool front = det < 0;
    state.facing[index] = (front ? 1 : -1) * (in_front == 3 ? 1 : 2);
    if (!front && scene.cull_back) continue;

    const Box box = box_in_front(corners, near_depth);
    const double left = std::max(0.0, std::ceil(box.x0 - 0.5)), top = std::max(0.0, std::ceil(box.y0 - 0.5));
    const double right = std::min(width - 1.0, std::floor(box.x1 - 0.5));
    const double bottom = std::min(height - 1.0, std::floor(box.y1 - 0.5));
    if (!(left <= right && top <= bottom)) continue;
    const int x0 = int(left), y0 = int(top), x1 = int(right), y1 = int(bottom);

    const double s = 1 / std::abs(det);
    double qe = 0, qf = 0, qg = 0;
    for (int k = 0; k < 3; k++) {
      if (front) {
        l.e[k] = -l.e[k];
        l.f[k] = -l.f[k];
        l.g[k] = -l.g[k];
      }
      const double share = perspective ? s : -s * corners[k][3];
      qe += share * l.e[k];
      qf += share * l.f[k];
      qg += share * l.g[k];
    }
    // edges reach out by their rounding error, so that no pixel on a shared edge or corner is missed by all its faces
    for (int k = 0; k < 3; k++)
      l.g[k] += rounding * (std::abs(l.e[k]) * width + std::abs(l.f[k]) * height + std::abs(l.g[k]));

    for (int y = y0; y <= y1; y++) {
      const double py = y + 0.5;
      const double r0 = l.f[0] * py + l.g[0], r1 = l.f[1] * py + l.g[1], r2 = l.f[2] * py + l.g[2];
      const double rq = qf * py + qg;
      const int64_t row = int64_t(y) * width;
      for (int x = x0; x <= x1; x++) {
        const double px = x + 0.5;
        if (l.e[0] * px + r0 >= 0 && l.e[1] * px + r1 >= 0 && l.e[2] * px + r2 >= 0) {
          const double q = qe * px + rq;
          if (q > nearness[row + x] && q <= limit && (q > 0 || !perspective)) {
            nearness[row + x] = q;
            state.face[row + x] = int32_t(index);
          }
        }
      }
    }
  }
  for (size_t p = 0; p < nearness.size(); p++)
    depth[p] = state.face[p] < 0 ? std::numeric_limits<Real>::infinity()
                                 : Real(perspective ? 1 / nearness[p] : -nearness[p]);
}

}  // namespace turnaround
