import { Canvas } from '@react-three/fiber';
import { Component, type ReactNode, useEffect, useMemo, useRef } from 'react';
import { useCar } from '../state/car.ts';
import { useConnection } from '../state/connection.ts';
import { usePick } from '../state/pick.ts';
import { useView } from '../state/view.ts';
import { useColour } from '../ui/use-colour.ts';
import { CameraRig, steeredCamera } from './camera-rig.tsx';
import { CarMesh } from './car-mesh.tsx';
import { DrawFinerAtRest } from './draw-finer-at-rest.tsx';
import { GroundGrid } from './ground-grid.tsx';
import { isSoftwareRenderer } from './software-renderer.ts';
import { StudioLight } from './studio-light.tsx';
import styles from './viewport.module.css';

/** Shows `fallback` when WebGL can't be had or the scene throws. */
export class GraphicsBoundary extends Component<
  { fallback: ReactNode; children: ReactNode },
  { failed: boolean }
> {
  override state = { failed: false };
  static getDerivedStateFromError() {
    return { failed: true };
  }
  override render() {
    return this.state.failed ? this.props.fallback : this.props.children;
  }
}

function Scene() {
  const template = useConnection((state) => state.template);
  const car = useCar((state) => state.car);
  const { light, showGuessed, showGround, photoView } = useView(
    usePick('light', 'showGuessed', 'showGround', 'photoView'),
  );
  const accent = useColour('--accent');
  const line = useColour('--line-strong');
  const ground = showGround && !photoView && car !== null;
  return (
    <>
      <CameraRig />
      {ground && <GroundGrid colour={line} />}
      {light === 'studio' && <StudioLight />}
      {template && car && (
        <CarMesh
          template={template}
          car={car}
          light={light}
          showGuessed={showGuessed}
          showShadow={ground}
          guessedColour={accent}
        />
      )}
    </>
  );
}

/** The WebGL canvas; tells when its context goes, and is made anew by a change of its key. */
export function Stage({ onLost }: { onLost(): void }) {
  const camera = useMemo(steeredCamera, []);
  const software = useMemo(isSoftwareRenderer, []);
  const { photoView, carOpacity } = useView(usePick('photoView', 'carOpacity'));
  const holder = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const target = holder.current;
    target?.addEventListener('webglcontextlost', onLost, true);
    return () => target?.removeEventListener('webglcontextlost', onLost, true);
  }, [onLost]);
  return (
    <div ref={holder} className={styles.canvas} style={{ opacity: photoView ? carOpacity : 1 }}>
      <Canvas
        frameloop="demand"
        flat
        dpr={software ? 1 : [1, 2]}
        camera={camera}
        gl={{ antialias: !software, alpha: true }}
      >
        <Scene />
        {software && <DrawFinerAtRest />}
      </Canvas>
    </div>
  );
}
