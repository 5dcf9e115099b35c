// What is behind and below the car: the environment projected on a dome with a flat floor, or a plain studio.
import * as THREE from 'three';

const VERTEX = /* glsl */ `
uniform vec3 right, up, forward;
varying vec3 ray;
void main() {
  ray = forward + position.x * right + position.y * up;
  gl_Position = vec4(position.xy, 1.0, 1.0);
}
`;

const FRAGMENT = /* glsl */ `
uniform sampler2D environment;
uniform vec3 eye, wall, ground;
uniform float rotation, exposure, radius, height, blur, groundMix, noise, studio;
varying vec3 ray;

float hash(vec2 p) { return fract(sin(dot(p, vec2(127.1, 311.7))) * 43758.5453); }
float grain(vec2 p) {
  vec2 i = floor(p), f = fract(p);
  f = f * f * (3.0 - 2.0 * f);
  return mix(mix(hash(i), hash(i + vec2(1, 0)), f.x), mix(hash(i + vec2(0, 1)), hash(i + 1.0), f.x), f.y);
}
vec3 sky(vec3 d) {
  float c = cos(rotation), s = sin(rotation);
  d = vec3(d.x * c - d.z * s, d.y, d.x * s + d.z * c);
  vec2 uv = vec2(atan(d.z, d.x) / 6.2831853 + 0.5, asin(clamp(d.y, -1.0, 1.0)) / 3.1415927 + 0.5);
  vec2 step = 0.5 * exp2(blur) / vec2(1024.0, 512.0);
  vec3 sum = textureLod(environment, uv + step * vec2(1, 0.4), blur).rgb + textureLod(environment, uv - step * vec2(1, 0.4), blur).rgb
    + textureLod(environment, uv + step * vec2(-0.4, 1), blur).rgb + textureLod(environment, uv - step * vec2(-0.4, 1), blur).rgb;
  return sum * 0.25 * exposure;
}
void main() {
  vec3 d = normalize(ray);
  vec3 centre = vec3(0.0, height, 0.0);
  vec3 o = eye - centre;
  float b = dot(o, d);
  float toWall = sqrt(max(b * b - dot(o, o) + radius * radius, 0.0)) - b;
  float toFloor = d.y < 0.0 ? -eye.y / d.y : 1e9;
  bool floorHit = toFloor < toWall;
  vec3 hit = eye + d * min(toFloor, toWall);
  float r = length(hit.xz);
  vec3 tint = ground;
  if (floorHit) {
    vec2 q = hit.xz + 7.0;
    float fine = exp(-0.25 * toFloor);
    float n = grain(q * 3.0) * 0.5 + grain(q * 17.0) * 0.7 * fine + grain(q * 61.0) * 0.8 * fine;
    tint *= 1.0 + noise * (n - 0.25 - 0.75 * fine);
  }
  vec3 colour;
  if (studio > 0.5) {
    colour = mix(tint, wall, floorHit ? smoothstep(0.2 * radius, 0.95 * radius, r) : 1.0);
    colour *= 1.0 - 0.12 * dot(d.xy, d.xy);
  } else {
    colour = sky(normalize(hit - centre));
    if (floorHit) colour = mix(colour, tint, groundMix * (1.0 - smoothstep(0.25 * radius, 0.95 * radius, r)));
  }
  gl_FragColor = vec4(colour, 0.0);
  #include <colorspace_fragment>
  gl_FragColor.a = 0.0;
}
`;

const VECTORS = ['right', 'up', 'forward', 'eye', 'wall', 'ground'];
const NUMBERS = ['rotation', 'exposure', 'radius', 'height', 'blur', 'groundMix', 'noise', 'studio'];

/** A full-screen backdrop: {mesh, describe(job, texture), look(camera)}. It writes alpha 0. */
export function createBackdrop() {
  const uniforms = { environment: { value: null } };
  for (const name of VECTORS) uniforms[name] = { value: new THREE.Vector3() };
  for (const name of NUMBERS) uniforms[name] = { value: 0 };
  const material = new THREE.ShaderMaterial({
    uniforms,
    vertexShader: VERTEX,
    fragmentShader: FRAGMENT,
    depthTest: false,
    depthWrite: false,
  });
  const mesh = new THREE.Mesh(new THREE.PlaneGeometry(2, 2), material);
  mesh.frustumCulled = false;
  mesh.renderOrder = -10;
  let radius = 1;
  return {
    mesh,
    describe({ backdrop, light }, texture) {
      uniforms.environment.value = texture;
      uniforms.rotation.value = THREE.MathUtils.degToRad(light.rotationDeg);
      uniforms.exposure.value = light.exposure;
      for (const name of ['height', 'blur', 'groundMix', 'noise']) uniforms[name].value = backdrop[name];
      uniforms.studio.value = backdrop.studio ? 1 : 0;
      uniforms.wall.value.set(...backdrop.wall);
      uniforms.ground.value.set(...backdrop.ground);
      radius = backdrop.radius;
    },
    look(camera) {
      const tangent = Math.tan(THREE.MathUtils.degToRad(camera.fov / 2));
      camera.matrixWorld.extractBasis(uniforms.right.value, uniforms.up.value, uniforms.forward.value);
      uniforms.right.value.multiplyScalar(tangent);
      uniforms.up.value.multiplyScalar(tangent);
      uniforms.forward.value.negate();
      uniforms.eye.value.copy(camera.position);
      uniforms.radius.value = Math.max(radius, 1.3 * camera.position.length() + 1);
    },
  };
}
