// Colour of the covered pixels, linear rgb = texture * sum_k light_k Y_k(normal), and its backward pass.
#pragma once
#include <algorithm>
#include <cmath>

#include "scene.h"

namespace turnaround {

// sRGB transfer function, IEC 61966-2-1, clipped to [0, 1]; not a number becomes 0.
inline double encode_srgb(double linear) {
  if (!(linear > 0)) return 0;
  if (linear >= 1) return 1;
  return linear <= 0.0031308 ? linear * 12.92 : 1.055 * std::pow(linear, 1 / 2.4) - 0.055;
}

// Its slope where it gave `encoded`; 0 where it clips.
inline double encode_srgb_slope(double linear, double encoded) {
  if (!(linear > 0) || linear >= 1) return 0;
  return linear <= 0.0031308 ? 12.92 : (encoded + 0.055) / (2.4 * linear);
}

// One face's part of the shading, kept while neighbouring pixels show the same face.
template <typename Real>
struct Corners {
  Edges edges;
  const int32_t* vertices;
  const double* uv;

  Corners(const Scene<Real>& scene, const State& state, int32_t face)
      : edges(&state.clip[4 * scene.faces[3 * face]], &state.clip[4 * scene.faces[3 * face + 1]],
              &state.clip[4 * scene.faces[3 * face + 2]]),
        vertices(scene.faces + 3 * face),
        uv(scene.uv + 6 * face) {}
};

// What one covered pixel looks up: barycentrics, four texels and the harmonics of its normal.
template <typename Real>
struct Sample {
  double b[3], scale;        // barycentrics; 1 / sum of the edge functions
  double fu, fv;             // place between the four texels
  bool inside_u, inside_v;   // false where the lookup is clamped
  int64_t t00, t01, t10, t11;
  double n[3], n_scale;      // unit normal; 1 / length before it was made a unit
  double basis[9];

  Sample(const Scene<Real>& scene, const State& state, const Corners<Real>& at, double px, double py) {
    double l[3];
    for (int k = 0; k < 3; k++) l[k] = at.edges.e[k] * px + at.edges.f[k] * py + at.edges.g[k];
    scale = 1 / (l[0] + l[1] + l[2]);
    for (int k = 0; k < 3; k++) b[k] = l[k] * scale;

    const int tw = scene.texture_width, th = scene.texture_height;
    const double* uv = at.uv;
    const double u_free = (b[0] * uv[0] + b[1] * uv[2] + b[2] * uv[4]) * tw - 0.5;
    const double v_free = (b[0] * uv[1] + b[1] * uv[3] + b[2] * uv[5]) * th - 0.5;
    const double u = std::min(tw - 1.0, std::max(0.0, u_free)), v = std::min(th - 1.0, std::max(0.0, v_free));
    inside_u = u == u_free;
    inside_v = v == v_free;
    const int ui = int(u), vi = int(v);
    fu = u - ui;
    fv = v - vi;
    t00 = int64_t(vi) * tw + ui;
    t01 = t00 + (ui < tw - 1 ? 1 : 0);
    t10 = t00 + (vi < th - 1 ? tw : 0);
    t11 = t10 + (t01 - t00);

    for (int k = 0; k < 9; k++) basis[k] = 0;
    basis[0] = Y0;
    if (!scene.light) return;
    for (int k = 0; k < 3; k++)
      n[k] = b[0] * state.normals[3 * at.vertices[0] + k] + b[1] * state.normals[3 * at.vertices[1] + k] +
             b[2] * state.normals[3 * at.vertices[2] + k];
    const double length = std::sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2]);
    n_scale = length > 0 ? 1 / length : 0;
    for (int k = 0; k < 3; k++) n[k] *= n_scale;
    basis[1] = Y1 * n[1];
    basis[2] = Y1 * n[2];
    basis[3] = Y1 * n[0];
    basis[4] = Y2 * n[0] * n[1];
    basis[5] = Y2 * n[1] * n[2];
    basis[6] = Y20 * (3 * n[2] * n[2] - 1);
    basis[7] = Y2 * n[0] * n[2];
    basis[8] = Y22 * (n[0] * n[0] - n[1] * n[1]);
  }

  double shading(const Scene<Real>& scene, int channel) const {
    if (!scene.light) return 1;
    double sum = 0;
    for (int k = 0; k < 9; k++) sum += basis[k] * scene.light[3 * k + channel];
    return sum;
  }
};

template <typename Real>
void shade(const Scene<Real>& scene, const State& state, Real* colour) {
  const int64_t pixels = int64_t(scene.width) * scene.height;
  const int64_t texels = int64_t(scene.texture_width) * scene.texture_height;
  for (int64_t p = 0; p < pixels;) {
    const int32_t face = state.face[p];
    if (face < 0) {
      for (int k = 0; k < 3; k++) colour[k * pixels + p] = 0;
      p++;
      continue;
    }
    const Corners<Real> at(scene, state, face);
    const double py = p / scene.width + 0.5;
    const int64_t row_end = (p / scene.width + 1) * scene.width;
    for (; p < row_end && state.face[p] == face; p++) {
      const Sample<Real> s(scene, state, at, p % scene.width + 0.5, py);
      for (int k = 0; k < 3; k++) {
        const Real* t = scene.texels + k * texels;
        const double top = t[s.t00] + s.fu * (t[s.t01] - t[s.t00]), bottom = t[s.t10] + s.fu * (t[s.t11] - t[s.t10]);
        const double linear = (top + s.fv * (bottom - top)) * s.shading(scene, k);
        colour[k * pixels + p] = Real(scene.srgb ? encode_srgb(linear) : linear);
      }
    }
  }
}

// Takes the gradient of one pixel's colour to texels and light (added to `out`), and returns in d what it asks of the
// three barycentrics; the normals' share goes to out.normals.
template <typename Real>
void shade_pixel_backward(const Scene<Real>& scene, const State& state, const Corners<Real>& at,
                          const Sample<Real>& s, const double* encoded, const double* gradient, Gradient& out,
                          double* d) {
  const int64_t texels = int64_t(scene.texture_width) * scene.texture_height;
  double du = 0, dv = 0, dn[3] = {0, 0, 0};
  for (int k = 0; k < 3; k++) {
    const Real* t = scene.texels + k * texels;
    const double c00 = t[s.t00], c01 = t[s.t01], c10 = t[s.t10], c11 = t[s.t11];
    const double top = c00 + s.fu * (c01 - c00), bottom = c10 + s.fu * (c11 - c10);
    const double albedo = top + s.fv * (bottom - top), shading = s.shading(scene, k);
    const double g = gradient[k] * (scene.srgb ? encode_srgb_slope(albedo * shading, encoded[k]) : 1);
    if (g == 0) continue;
    const double g_albedo = g * shading;
    if (!out.texels.empty()) {
      double* gt = &out.texels[k * texels];
      gt[s.t00] += g_albedo * (1 - s.fu) * (1 - s.fv);
      gt[s.t01] += g_albedo * s.fu * (1 - s.fv);
      gt[s.t10] += g_albedo * (1 - s.fu) * s.fv;
      gt[s.t11] += g_albedo * s.fu * s.fv;
    }
    du += g_albedo * (c01 - c00 + s.fv * (c11 - c10 - c01 + c00));
    dv += g_albedo * (bottom - top);
    if (!scene.light) continue;
    const double g_shading = g * albedo;
    for (int i = 0; i < 9; i++) out.light[3 * i + k] += g_shading * s.basis[i];
    const Real* l = scene.light + k;
    const double x = s.n[0], y = s.n[1], z = s.n[2];
    dn[0] += g_shading * (Y1 * l[9] + Y2 * (l[12] * y + l[21] * z) + 2 * Y22 * l[24] * x);
    dn[1] += g_shading * (Y1 * l[3] + Y2 * (l[12] * x + l[15] * z) - 2 * Y22 * l[24] * y);
    dn[2] += g_shading * (Y1 * l[6] + Y2 * (l[15] * y + l[21] * x) + 6 * Y20 * l[18] * z);
  }
  du *= s.inside_u ? scene.texture_width : 0;
  dv *= s.inside_v ? scene.texture_height : 0;
  for (int k = 0; k < 3; k++) d[k] = du * at.uv[2 * k] + dv * at.uv[2 * k + 1];
  if (scene.light) {
    const double along = dn[0] * s.n[0] + dn[1] * s.n[1] + dn[2] * s.n[2];
    for (int k = 0; k < 3; k++) dn[k] = (dn[k] - along * s.n[k]) * s.n_scale;
    for (int corner = 0; corner < 3; corner++) {
      const int64_t v = 3 * int64_t(at.vertices[corner]);
      for (int k = 0; k < 3; k++) {
        out.normals[v + k] += s.b[corner] * dn[k];
        d[corner] += dn[k] * state.normals[v + k];
      }
    }
  }
  const double mean = d[0] * s.b[0] + d[1] * s.b[1] + d[2] * s.b[2];
  for (int k = 0; k < 3; k++) d[k] = (d[k] - mean) * s.scale;
}

// colour and gradient are [3,H,W]: what `shade` gave and the loss's gradient of it. Visibility is held fixed.
template <typename Real>
void shade_backward(const Scene<Real>& scene, const State& state, const Real* colour, const Real* gradient,
                    Gradient& out) {
  const int64_t pixels = int64_t(scene.width) * scene.height;
  for (int64_t p = 0; p < pixels;) {
    const int32_t face = state.face[p];
    if (face < 0) {
      p++;
      continue;
    }
    const Corners<Real> at(scene, state, face);
    const double py = p / scene.width + 0.5;
    const int64_t row_end = (p / scene.width + 1) * scene.width;
    double* e = &out.edges[9 * face];
    for (; p < row_end && state.face[p] == face; p++) {
      const double encoded[3] = {double(colour[p]), double(colour[pixels + p]), double(colour[2 * pixels + p])};
      const double g[3] = {double(gradient[p]), double(gradient[pixels + p]), double(gradient[2 * pixels + p])};
      if (g[0] == 0 && g[1] == 0 && g[2] == 0) continue;
      const double px = p % scene.width + 0.5;
      double d[3];
      shade_pixel_backward(scene, state, at, Sample<Real>(scene, state, at, px, py), encoded, g, out, d);
      for (int k = 0; k < 3; k++) {
        e[3 * k] += d[k] * px;
        e[3 * k + 1] += d[k] * py;
        e[3 * k + 2] += d[k];
      }
    }
  }
}

}  // namespace turnaround
