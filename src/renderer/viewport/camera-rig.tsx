import { useFrame, useThree } from '@react-three/fiber';
import { useEffect } from 'react';
import { PerspectiveCamera } from 'three';
import { useView } from '../state/view.ts';
import { applyViewpoint } from './camera.ts';

/** Half the size of what may be drawn around the target, metres: the ground's lines reach this far. */
const sceneRadius = 12;

/** Draws a frame when the shared viewpoint changes, from there. */
export function CameraRig() {
  const camera = useThree((state) => state.camera);
  const invalidate = useThree((state) => state.invalidate);
  useEffect(
    () =>
      useView.subscribe((now, before) => {
        if (now.viewpoint !== before.viewpoint) invalidate();
      }),
    [invalidate],
  );
  useFrame(({ size }) => {
    const { viewpoint } = useView.getState();
    if (viewpoint && camera instanceof PerspectiveCamera)
      applyViewpoint(camera, viewpoint, size.width, size.height, sceneRadius);
  });
  return null;
}

/** A camera that `CameraRig` alone steers. */
export function steeredCamera(): PerspectiveCamera & { manual: true } {
  return Object.assign(new PerspectiveCamera(), { manual: true as const });
}
