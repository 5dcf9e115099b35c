// What one picture is drawn from, and what its backward pass needs of the forward pass.
#pragma once
#include <cstdint>
#include <vector>

namespace turnaround {

// Weights of the spherical harmonics of order 2, see spherical_harmonics in encoder/losses.py.
constexpr double Y0 = 0.282095, Y1 = 0.488603, Y2 = 1.092548, Y20 = 0.315392, Y22 = 0.546274;

// One mesh seen by one camera. Storage is float or double, all arithmetic is double: float's rounding would leave
// holes along shared edges.
template <typename Real>
struct Scene {
  int width, height;
  double near_depth;
  bool cull_back;
  int64_t vertex_count, face_count;
  const int32_t* faces;       // [F,3]
  const int32_t* neighbours;  // [F,3] the face across the edge from corner k to k + 1, -1 where none
  const double* uv;           // [F,3,2]
  const Real* vertices;       // [V,3]
  const Real* camera;         // [4,4] rows x * w, y * w (pixels), w, depth
  const Real* texels;         // [3,Th,Tw] linear; null: mask and depth only
  int texture_width, texture_height;
  const Real* light;  // [9,3]; null shades with 1
  bool srgb;
  double sigmainv;
  int nearest;  // faces of the soft silhouette; 0: hard mask

  bool perspective() const { return camera[8] != 0 || camera[9] != 0 || camera[10] != 0; }
};

// Kept from the forward to the backward pass.
struct State {
  std::vector<double> clip;            // [V,4] X, Y, W, Z
  std::vector<double> normals;         // [V,3]
  std::vector<double> normal_lengths;  // [V]
  std::vector<int8_t> facing;          // [F] 1 front, -1 back, 0 not drawable, 2 and -2 crossing the near plane
  std::vector<int32_t> face;           // [H,W] nearest face, -1 where none
  std::vector<int32_t> near_pixels;    // [P] pixels of the soft silhouette
  std::vector<int32_t> near_count;     // [P]
  std::vector<int32_t> near_faces;     // [P,nearest]
  std::vector<double> near_distances;  // [P,nearest] squared, in pixels
};

// Gradients of one picture's loss, added to.
struct Gradient {
  std::vector<double> vertices;  // [V,3]
  std::vector<double> camera;    // [4,4]
  std::vector<double> light;     // [9,3]
  std::vector<double> texels;    // [3,Th,Tw], empty where nobody asks
  std::vector<double> clip;      // [V,4]
  std::vector<double> normals;   // [V,3]
  std::vector<double> edges;     // [F,9] per face: its edge functions' gradients times the pixels' (x, y, 1)
};

// Edge functions l_k = e[k] x + f[k] y + g[k] of a face's homogeneous corners (X, Y, W).
struct Edges {
  double e[3], f[3], g[3];

  Edges(const double* a, const double* b, const double* c) {
    set(0, b, c);
    set(1, c, a);
    set(2, a, b);
  }

 private:
  void set(int k, const double* p, const double* q) {
    e[k] = p[1] * q[2] - p[2] * q[1];
    f[k] = p[2] * q[0] - p[0] * q[2];
    g[k] = p[0] * q[1] - p[1] * q[0];
  }
};

}  // namespace turnaround
