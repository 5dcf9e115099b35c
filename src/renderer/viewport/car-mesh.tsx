import { useThree } from '@react-three/fiber';
import { useEffect, useMemo } from 'react';
import { BufferAttribute, BufferGeometry, Color, MeshStandardMaterial } from 'three';
import { ambientLight } from '../../shared/spherical-harmonics.ts';
import type { ShownCar } from '../state/car.ts';
import type { TemplateMesh } from '../state/connection.ts';
import type { LightMode } from '../state/view.ts';
import { carVertices, cornerMesh } from './car-geometry.ts';
import { atlasTexture, GuessedMaterial, PhotoLightMaterial } from './car-materials.ts';
import { ContactShadow } from './contact-shadow-plane.tsx';

interface CarMeshProps {
  template: TemplateMesh;
  car: ShownCar;
  light: LightMode;
  showGuessed: boolean;
  showShadow: boolean;
  guessedColour: string;
}

/** Gives GPU memory back when the thing is replaced or the mesh goes. */
function useDisposable<T extends { dispose(): void }>(make: () => T, dependencies: readonly unknown[]): T {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the caller names what the thing is made of
  const thing = useMemo(make, dependencies);
  useEffect(() => () => thing.dispose(), [thing]);
  return thing;
}

function useCarGeometry(template: TemplateMesh, vertices: Float32Array): BufferGeometry {
  return useDisposable(() => {
    const { positions, normals, uv } = cornerMesh(template, vertices);
    const geometry = new BufferGeometry();
    geometry.setAttribute('position', new BufferAttribute(positions, 3));
    geometry.setAttribute('normal', new BufferAttribute(normals, 3));
    geometry.setAttribute('uv', new BufferAttribute(uv, 2));
    return geometry;
  }, [template, vertices]);
}

const evenLight = ambientLight();

/** The car as its GLB holds it, under the light that the user chose. */
export function CarMesh({ template, car, light, showGuessed, showShadow, guessedColour }: CarMeshProps) {
  const { offsets, lengthMetres } = car;
  const dpr = useThree((state) => state.viewport.dpr);
  const invalidate = useThree((state) => state.invalidate);
  const vertices = useMemo(
    () => carVertices(template, offsets, lengthMetres),
    [template, offsets, lengthMetres],
  );
  const geometry = useCarGeometry(template, vertices);
  const map = useDisposable(() => atlasTexture(car.texture, true), [car.texture]);
  const observed = useDisposable(() => atlasTexture(car.observed, false), [car.observed]);
  const photoLit = useMemo(() => new PhotoLightMaterial(), []);
  const guessed = useMemo(() => new GuessedMaterial(), []);
  const studio = useMemo(() => new MeshStandardMaterial({ roughness: 0.6, metalness: 0 }), []);
  useEffect(
    () => () => {
      for (const material of [photoLit.material, guessed.material, studio]) material.dispose();
    },
    [photoLit, guessed, studio],
  );

  photoLit.setLight(light === 'albedo' ? evenLight : car.light);
  photoLit.setMap(map);
  guessed.set(observed, new Color(guessedColour), 7 * dpr);
  studio.map = map;
  useEffect(() => invalidate());

  return (
    <>
      <mesh geometry={geometry} material={light === 'studio' ? studio : photoLit.material} />
      {showGuessed && <mesh geometry={geometry} material={guessed.material} renderOrder={1} />}
      {showShadow && <ContactShadow vertices={vertices} lengthMetres={lengthMetres} />}
    </>
  );
}
