import { useEffect, useMemo } from 'react';
import { DataTexture, LinearFilter, RedFormat, ShaderMaterial } from 'three';
import { contactShadow } from './contact-shadow.ts';

const vertexShader = /* glsl */ `
varying vec2 vUv;
void main() {
  vUv = vec2(uv.x, 1.0 - uv.y);
  gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
}`;

const fragmentShader = /* glsl */ `
uniform sampler2D alpha;
varying vec2 vUv;
void main() {
  gl_FragColor = vec4(0.0, 0.0, 0.0, 0.5 * texture2D(alpha, vUv).r);
}`;

/** The soft shadow under the car; seen from above only. */
export function ContactShadow({ vertices, lengthMetres }: { vertices: Float32Array; lengthMetres: number }) {
  const shadow = useMemo(() => contactShadow(vertices, lengthMetres), [vertices, lengthMetres]);
  const texture = useMemo(() => {
    const made = new DataTexture(shadow.alpha, shadow.size, shadow.size, RedFormat);
    made.magFilter = LinearFilter;
    made.minFilter = LinearFilter;
    made.needsUpdate = true;
    return made;
  }, [shadow]);
  const material = useMemo(
    () =>
      new ShaderMaterial({
        uniforms: { alpha: { value: texture } },
        vertexShader,
        fragmentShader,
        transparent: true,
        depthWrite: false,
      }),
    [texture],
  );
  useEffect(
    () => () => {
      texture.dispose();
      material.dispose();
    },
    [texture, material],
  );
  return (
    <mesh rotation-x={-Math.PI / 2} position-y={0.001} material={material} renderOrder={-1}>
      <planeGeometry args={[2 * shadow.reach, 2 * shadow.reach]} />
    </mesh>
  );
}
