import {
  Color,
  FrontSide,
  LinearFilter,
  LinearMipmapLinearFilter,
  ShaderMaterial,
  SRGBColorSpace,
  Texture,
  Vector3,
} from 'three';

const vertexShader = /* glsl */ `
varying vec3 vNormal;
varying vec2 vUv;
void main() {
  vNormal = normal;
  vUv = uv;
  gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
}`;

/** The equation of shared/spherical-harmonics.ts, per pixel, in car space: the mesh is never rotated. */
const litShader = /* glsl */ `
uniform sampler2D map;
uniform vec3 light[9];
varying vec3 vNormal;
varying vec2 vUv;
void main() {
  vec3 n = normalize(vNormal);
  vec3 shading = light[0] * 0.282095
    + 0.488603 * (light[1] * n.y + light[2] * n.z + light[3] * n.x)
    + 1.092548 * (light[4] * n.x * n.y + light[5] * n.y * n.z + light[7] * n.x * n.z)
    + light[6] * 0.315392 * (3.0 * n.z * n.z - 1.0)
    + light[8] * 0.546274 * (n.x * n.x - n.y * n.y);
  gl_FragColor = vec4(clamp(texture2D(map, vUv).rgb * shading, 0.0, 1.0), 1.0);
  #include <colorspace_fragment>
}`;

const guessedShader = /* glsl */ `
uniform sampler2D observed;
uniform vec3 colour;
uniform float spacing;
varying vec2 vUv;
void main() {
  float guessed = 1.0 - smoothstep(0.35, 0.65, texture2D(observed, vUv).r);
  float stripe = abs(fract((gl_FragCoord.x + gl_FragCoord.y) / spacing) - 0.5) * 2.0;
  float hatch = smoothstep(0.52, 0.68, stripe);
  gl_FragColor = vec4(colour, guessed * mix(0.16, 0.72, hatch));
  if (gl_FragColor.a < 0.01) discard;
  #include <colorspace_fragment>
}`;

function litMaterial(): ShaderMaterial {
  return new ShaderMaterial({
    uniforms: { map: { value: null }, light: { value: Array.from({ length: 9 }, () => new Vector3()) } },
    vertexShader,
    fragmentShader: litShader,
    side: FrontSide,
  });
}

/** Albedo times the photo's light, clipped: linear rgb = albedo x sum_k c_k Y_k(n). `setLight` changes the light. */
export class PhotoLightMaterial {
  readonly material = litMaterial();

  /** @param light [9, 3] */
  setLight(light: ArrayLike<number>): void {
    const values = this.material.uniforms.light?.value as Vector3[];
    values.forEach((v, k) => {
      v.set(light[3 * k] ?? 0, light[3 * k + 1] ?? 0, light[3 * k + 2] ?? 0);
    });
  }

  setMap(map: Texture): void {
    const { uniforms } = this.material;
    if (uniforms.map) uniforms.map.value = map;
  }
}

/** Hatches what the photo did not show, over whichever material lies below. */
export class GuessedMaterial {
  readonly material = new ShaderMaterial({
    uniforms: {
      observed: { value: null as Texture | null },
      colour: { value: new Color() },
      spacing: { value: 7 },
    },
    vertexShader,
    fragmentShader: guessedShader,
    side: FrontSide,
    transparent: true,
    depthWrite: false,
    polygonOffset: true,
    polygonOffsetFactor: -1,
    polygonOffsetUnits: -1,
  });

  set(observed: Texture, colour: Color, spacing: number): void {
    const { uniforms } = this.material;
    if (uniforms.observed) uniforms.observed.value = observed;
    if (uniforms.colour) uniforms.colour.value = colour;
    if (uniforms.spacing) uniforms.spacing.value = spacing;
  }
}

/** An atlas as a texture, row 0 at v = 0, filtered as the exported file asks for. */
export function atlasTexture(picture: ImageBitmap, colour: boolean): Texture {
  const texture = new Texture(picture);
  if (colour) texture.colorSpace = SRGBColorSpace;
  texture.flipY = false;
  texture.magFilter = LinearFilter;
  texture.minFilter = LinearMipmapLinearFilter;
  texture.generateMipmaps = true;
  texture.anisotropy = 4;
  texture.needsUpdate = true;
  return texture;
}
