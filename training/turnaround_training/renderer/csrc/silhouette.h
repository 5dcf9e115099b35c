// Soft silhouette in the way of DIB-R (Chen et al., NeurIPS 2019), forward and backward.
#pragma once
#include <algorithm>
#include <cmath>
#include <limits>

#include "scene.h"

namespace turnaround {

// A face's share has fallen to 1/1000 at the margin; DIB-R's own cut of 0.02 leaves a step of 6 %.
inline double silhouette_margin(double sigmainv, int width) {
  return std::sqrt(std::log(1000.0) / sigmainv) * width / 2;
}

struct Point {
  double x, y;
};

inline Point pixel_of(const double* clip) { return {clip[0] / clip[2], clip[1] / clip[2]}; }

// An edge a-b in the picture.
struct Segment {
  Point a, along;
  double inverse;  // 1 / length^2, 0 for a point

  Segment(Point from, Point to) : a(from), along{to.x - from.x, to.y - from.y} {
    const double length2 = along.x * along.x + along.y * along.y;
    inverse = length2 > 0 ? 1 / length2 : 0;
  }
  // Squared distance; t is the place of the nearest point, away the vector from it to the pixel.
  double distance2(double px, double py, double& t, Point& away) const {
    const double rx = px - a.x, ry = py - a.y;
    t = std::min(std::max((rx * along.x + ry * along.y) * inverse, 0.0), 1.0);
    away = {rx - t * along.x, ry - t * along.y};
    return away.x * away.x + away.y * away.y;
  }
};

// Edges of a face that may be nearest to a pixel outside the mesh, as bits. For the single nearest face only contours
// matter: edges between front and back, borders, neighbours that aren't drawn; the front face stands for both.
template <typename Real>
int silhouette_edges(const Scene<Real>& scene, const State& state, int64_t face) {
  const int own = state.facing[face];
  if (own != 1 && own != -1) return 0;
  if (scene.nearest > 1) return 7;
  int edges = 0;
  for (int k = 0; k < 3; k++) {
    const int32_t other = scene.neighbours[3 * face + k];
    const int across = other < 0 ? 0 : state.facing[other];
    if (across != own && !(own == -1 && across == 1)) edges |= 1 << k;
  }
  return edges;
}

// The nearest faces of the pixels around the mesh.
class NearFaces {
 public:
  NearFaces(State& state, int64_t pixels, int nearest) : state_(state), nearest_(nearest), slots_(pixels, -1) {
    state.near_pixels.clear();
    state.near_count.clear();
    state.near_faces.clear();
    state.near_distances.clear();
  }

  void keep(int64_t pixel, int32_t face, double distance2) {
    int32_t slot = slots_[pixel];
    if (slot < 0) {
      slot = slots_[pixel] = int32_t(state_.near_pixels.size());
      state_.near_pixels.push_back(int32_t(pixel));
      state_.near_count.push_back(0);
      farthest_.push_back(0);
      state_.near_faces.resize(state_.near_faces.size() + nearest_);
      state_.near_distances.resize(state_.near_distances.size() + nearest_);
    }
    double* distances = &state_.near_distances[int64_t(slot) * nearest_];
    int at = state_.near_count[slot];
    if (at < nearest_) {
      state_.near_count[slot]++;
    } else {
      at = farthest_[slot];
      if (distances[at] <= distance2) return;
    }
    state_.near_faces[int64_t(slot) * nearest_ + at] = face;
    distances[at] = distance2;
    if (state_.near_count[slot] == nearest_)
      farthest_[slot] = int32_t(std::max_element(distances, distances + nearest_) - distances);
  }

 private:
  State& state_;
  int nearest_;
  std::vector<int32_t> slots_;     // [H,W] place in near_pixels
  std::vector<int32_t> farthest_;  // [P] which of the kept faces is farthest
};

// background[y, x] = number of uncovered pixels above row y and left of column x, [H + 1, W + 1].
inline std::vector<int32_t> count_background(const std::vector<int32_t>& face, int width, int height) {
  const int stride = width + 1;
  std::vector<int32_t> background(int64_t(stride) * (height + 1), 0);
  for (int y = 0; y < height; y++) {
    int row = 0;
    for (int x = 0; x < width; x++) {
      row += face[int64_t(y) * width + x] < 0;
      background[int64_t(y + 1) * stride + x + 1] = background[int64_t(y) * stride + x + 1] + row;
    }
  }
  return background;
}

// silhouette [H,W]: 1 where covered, else 1 - prod_f (1 - exp(-d_f^2 sigmainv)) over the nearest faces of both sides, d
// on the plane where the width spans [-1, 1]; 0 beyond the margin. Faces that touch the near plane count for nothing.
template <typename Real>
void soft_silhouette(const Scene<Real>& scene, State& state, Real* silhouette) {
  const int width = scene.width, height = scene.height, stride = width + 1;
  const int64_t pixels = int64_t(width) * height;
  for (int64_t p = 0; p < pixels; p++) silhouette[p] = state.face[p] >= 0 ? Real(1) : Real(0);
  if (scene.nearest == 0) return;
  const double margin = silhouette_margin(scene.sigmainv, width), margin2 = margin * margin;
  const std::vector<int32_t> background = count_background(state.face, width, height);
  NearFaces near(state, pixels, scene.nearest);

  for (int64_t face = 0; face < scene.face_count; face++) {
    const int edges = silhouette_edges(scene, state, face);
    if (edges == 0) continue;
    const int32_t* v = scene.faces + 3 * face;
    const Point a = pixel_of(&state.clip[4 * v[0]]), b = pixel_of(&state.clip[4 * v[1]]);
    const Point c = pixel_of(&state.clip[4 * v[2]]);
    const double left = std::max(0.0, std::ceil(std::min({a.x, b.x, c.x}) - margin - 0.5));
    const double top = std::max(0.0, std::ceil(std::min({a.y, b.y, c.y}) - margin - 0.5));
    const double right = std::min(width - 1.0, std::floor(std::max({a.x, b.x, c.x}) + margin - 0.5));
    const double bottom = std::min(height - 1.0, std::floor(std::max({a.y, b.y, c.y}) + margin - 0.5));
    if (!(left <= right && top <= bottom)) continue;
    const int x0 = int(left), y0 = int(top), x1 = int(right), y1 = int(bottom);
    const int uncovered = background[int64_t(y1 + 1) * stride + x1 + 1] - background[int64_t(y0) * stride + x1 + 1] -
                          background[int64_t(y1 + 1) * stride + x0] + background[int64_t(y0) * stride + x0];
    if (uncovered == 0) continue;
    const Segment segments[3] = {{a, b}, {b, c}, {c, a}};
    for (int y = y0; y <= y1; y++) {
      for (int x = x0; x <= x1; x++) {
        const int64_t pixel = int64_t(y) * width + x;
        if (state.face[pixel] >= 0) continue;
        double distance2 = margin2, t;
        Point away;
        for (int k = 0; k < 3; k++)
          if (edges & (1 << k)) distance2 = std::min(distance2, segments[k].distance2(x + 0.5, y + 0.5, t, away));
        if (distance2 < margin2) near.keep(pixel, int32_t(face), distance2);
      }
    }
  }

  const double falloff = scene.sigmainv * 4 / (double(width) * width);
  for (size_t slot = 0; slot < state.near_pixels.size(); slot++) {
    double outside = 1;
    for (int k = 0; k < state.near_count[slot]; k++)
      outside *= 1 - std::exp(-state.near_distances[slot * scene.nearest + k] * falloff);
    silhouette[state.near_pixels[slot]] = Real(1 - outside);
  }
}

// Adds the gradient of (X, Y, W) that belongs to a gradient of the pixel position (X / W, Y / W).
inline void pixel_backward(const double* clip, double gx, double gy, double* out) {
  const double w = 1 / clip[2];
  out[0] += gx * w;
  out[1] += gy * w;
  out[2] -= (gx * clip[0] + gy * clip[1]) * w * w;
}

// Takes the gradient of the silhouette [H,W] to clip space. Covered pixels are 1 whatever the vertices do, so only the
// pixels around the mesh pull at it, as in DIB-R.
template <typename Real>
void soft_silhouette_backward(const Scene<Real>& scene, const State& state, const Real* gradient, Gradient& out) {
  const double falloff = scene.sigmainv * 4 / (double(scene.width) * scene.width);
  std::vector<double> shares(scene.nearest), others(scene.nearest + 1);
  for (size_t slot = 0; slot < state.near_pixels.size(); slot++) {
    const int32_t pixel = state.near_pixels[slot];
    const double g = gradient[pixel];
    if (g == 0) continue;
    const double px = pixel % scene.width + 0.5, py = pixel / scene.width + 0.5;
    const int count = state.near_count[slot];
    const int64_t first = int64_t(slot) * scene.nearest;
    // others[k]: product over the faces after k; the running product holds those before
    others[count] = 1;
    for (int k = count - 1; k >= 0; k--) {
      shares[k] = std::exp(-state.near_distances[first + k] * falloff);
      others[k] = others[k + 1] * (1 - shares[k]);
    }
    double before = 1;
    for (int k = 0; k < count; k++) {
      const double slope = -g * falloff * shares[k] * before * others[k + 1];
      before *= 1 - shares[k];
      if (slope == 0) continue;
      const int32_t* face = scene.faces + 3 * int64_t(state.near_faces[first + k]);
      double best = std::numeric_limits<double>::infinity(), best_t = 0;
      Point best_away{0, 0};
      int32_t from = 0, to = 0;
      for (int e = 0; e < 3; e++) {
        const int32_t va = face[e], vb = face[(e + 1) % 3];
        double t;
        Point away;
        const double distance2 =
            Segment(pixel_of(&state.clip[4 * va]), pixel_of(&state.clip[4 * vb])).distance2(px, py, t, away);
        if (distance2 < best) {
          best = distance2;
          best_t = t;
          best_away = away;
          from = va;
          to = vb;
        }
      }
      // d^2 = |p - (a + t (b - a))|^2 with the best t: only a and b move it
      const double pull_a = -2 * slope * (1 - best_t), pull_b = -2 * slope * best_t;
      pixel_backward(&state.clip[4 * from], pull_a * best_away.x, pull_a * best_away.y, &out.clip[4 * from]);
      pixel_backward(&state.clip[4 * to], pull_b * best_away.x, pull_b * best_away.y, &out.clip[4 * to]);
    }
  }
}

}  // namespace turnaround
