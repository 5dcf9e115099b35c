// Roles of a car's materials and how each looks; the paint's recolouring is the twin of ../repaint.py.
import * as THREE from 'three';

const RULES = [
  [/^(paint|body)/i, 'paint'],
  [/glass/i, 'glass'],
  [/tire|tyre/i, 'tyre'],
  [/^rim/i, 'rim'],
];

/** The role of a GLB's material: paint, glass, lens, tyre, rim, hidden or other. */
export function roleOf(material, roles) {
  if (roles[material.name]) return roles[material.name];
  for (const [pattern, role] of RULES) if (pattern.test(material.name)) return role;
  return material.transparent ? 'lens' : 'other';
}

/** Replaces a GLB's material by one for its role: {material, update(look)}. */
export function dressMaterial(source, role, paintMode) {
  if (role === 'paint') return dressPaint(source, paintMode);
  if (role === 'glass') return dressGlass();
  if (role === 'lens') return dressLens(source);
  const material = new THREE.MeshStandardMaterial({
    color: source.color,
    map: source.map,
    normalMap: source.normalMap,
    roughness: role === 'tyre' ? 0.9 : 0.45,
    metalness: 0,
    side: THREE.DoubleSide,
    alphaTest: source.alphaTest,
  });
  const base = material.color.clone();
  const update = (look) => {
    if (role !== 'rim') return;
    material.color.copy(base).multiplyScalar(0.25 + look.rim);
    material.metalness = look.rimMetalness;
  };
  return { material, update };
}

function dressGlass() {
  const material = new THREE.MeshStandardMaterial({ metalness: 0, side: THREE.DoubleSide });
  const update = (look) => {
    material.color.setRGB(...look.glass, THREE.LinearSRGBColorSpace);
    material.roughness = look.glassRoughness;
  };
  return { material, update };
}

function dressLens(source) {
  const material = new THREE.MeshStandardMaterial({
    color: source.color,
    map: source.map,
    roughness: 0.1,
    transparent: true,
    opacity: Math.min(source.opacity, 0.5),
    depthWrite: false,
    side: THREE.DoubleSide,
    blending: THREE.CustomBlending,
    blendSrcAlpha: THREE.ZeroFactor,
    blendDstAlpha: THREE.OneFactor,
  });
  return { material, update() {} };
}

const PAINT_PARS = /* glsl */ `
uniform vec3 paintColour;
uniform vec3 hueShift; // turns, saturation scale, value scale
vec3 turnHue(vec3 rgb) {
  float high = max(rgb.r, max(rgb.g, rgb.b));
  float range = high - min(rgb.r, min(rgb.g, rgb.b));
  float saturation = range / max(high, 1e-6);
  vec3 d = (high - rgb) / max(range, 1e-6);
  float hue = high == rgb.r ? d.b - d.g : high == rgb.g ? 2.0 + d.r - d.b : 4.0 + d.g - d.r;
  hue = hue / 6.0 + hueShift.x;
  vec3 pure = clamp(abs(fract(hue + vec3(0.0, 2.0, 1.0) / 3.0) * 6.0 - 3.0) - 1.0, 0.0, 1.0);
  float s = clamp(saturation * hueShift.y, 0.0, 1.0);
  vec3 turned = high * hueShift.z * mix(vec3(1.0), pure, s);
  return mix(rgb, min(turned, vec3(1.0)), smoothstep(0.35, 0.6, saturation));
}
float tintWeight(float grey) {
  return smoothstep(0.0015, 0.0028, grey) * (1.0 - smoothstep(0.05, 0.09, grey));
}
vec3 tint(vec3 rgb) {
  float grey = (rgb.r + rgb.g + rgb.b) / 3.0;
  return mix(rgb, paintColour * min(grey / 0.007, 1.2), tintWeight(grey));
}
vec3 evenTint(vec3 rgb) {
  float grey = (rgb.r + rgb.g + rgb.b) / 3.0;
  return mix(rgb, paintColour * min(pow(max(grey, 1e-6) / 0.005, 0.3), 1.1), tintWeight(grey));
}
`;

const PAINT_CODE = {
  mask: 'diffuseColor.rgb = mix(paintColour, texture2D(map, vMapUv).rgb, texture2D(map, vMapUv).a);',
  hue: 'diffuseColor.rgb = turnHue(diffuseColor.rgb);',
  flat: 'diffuseColor.rgb = paintColour;',
  tint: 'diffuseColor.rgb = tint(diffuseColor.rgb);',
  even_tint: 'diffuseColor.rgb = evenTint(diffuseColor.rgb);',
  fixed: '',
};

function dressPaint(source, wantedMode) {
  const mode = wantedMode === 'mask' && !source.map ? 'flat' : wantedMode;
  const uniforms = { paintColour: { value: new THREE.Color() }, hueShift: { value: new THREE.Vector3(0, 1, 1) } };
  const material = new THREE.MeshPhysicalMaterial({
    color: source.color,
    map: source.map,
    normalMap: source.normalMap,
    side: THREE.DoubleSide,
    clearcoat: 1,
  });
  material.customProgramCacheKey = () => `paint-${mode}`;
  material.onBeforeCompile = (shader) => {
    Object.assign(shader.uniforms, uniforms);
    shader.fragmentShader = shader.fragmentShader
      .replace('#include <common>', `#include <common>\n${PAINT_PARS}`)
      .replace('#include <map_fragment>', `#include <map_fragment>\n${PAINT_CODE[mode]}`);
  };
  const update = (look) => {
    if (look.paint) uniforms.paintColour.value.setRGB(...look.paint, THREE.SRGBColorSpace);
    uniforms.hueShift.value.set(look.shift / 360, look.saturation, look.value);
    material.roughness = look.roughness;
    material.metalness = look.metalness;
    material.clearcoat = look.clearcoat;
    material.clearcoatRoughness = look.clearcoatRoughness;
  };
  return { material, update };
}
