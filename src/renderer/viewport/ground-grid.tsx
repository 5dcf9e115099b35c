import { useEffect, useMemo } from 'react';
import { BufferAttribute, BufferGeometry, Color, LineBasicMaterial } from 'three';

const halfLines = 10;
const segments = 20;

/** Lines one metre apart that fade out with the distance from the car. */
function gridGeometry(colour: Color): BufferGeometry {
  const positions: number[] = [];
  const colours: number[] = [];
  const vertex = (x: number, z: number) => {
    const fade = Math.max(0, 1 - Math.hypot(x, z) / halfLines);
    positions.push(x, 0, z);
    colours.push(colour.r, colour.g, colour.b, fade * fade);
  };
  for (let line = -halfLines; line <= halfLines; line++) {
    for (let s = 0; s < segments; s++) {
      const from = -halfLines + (2 * halfLines * s) / segments;
      const to = -halfLines + (2 * halfLines * (s + 1)) / segments;
      vertex(line, from);
      vertex(line, to);
      vertex(from, line);
      vertex(to, line);
    }
  }
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new BufferAttribute(new Float32Array(positions), 3));
  geometry.setAttribute('color', new BufferAttribute(new Float32Array(colours), 4));
  return geometry;
}

export function GroundGrid({ colour }: { colour: string }) {
  const geometry = useMemo(() => gridGeometry(new Color(colour)), [colour]);
  const material = useMemo(
    () => new LineBasicMaterial({ vertexColors: true, transparent: true, depthWrite: false }),
    [],
  );
  useEffect(() => () => geometry.dispose(), [geometry]);
  useEffect(() => () => material.dispose(), [material]);
  return <lineSegments geometry={geometry} material={material} renderOrder={-2} />;
}
