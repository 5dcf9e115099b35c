import type { CSSProperties } from 'react';
import type { Crop } from '../../shared/viewpoint.ts';
import { squareOf } from './camera.ts';
import styles from './viewport.module.css';

interface Placed {
  photo: { width: number; height: number };
  crop: Crop;
  pane: { width: number; height: number };
}

/** Where the photo lies in the pane so that its crop is the pane's square, where the viewpoint draws the car. */
export function photoPlace({ photo, crop, pane }: Placed): CSSProperties {
  const square = squareOf(pane.width, pane.height);
  const scale = square.size / crop.size;
  return {
    left: square.x - crop.x * scale,
    top: square.y - crop.y * scale,
    width: photo.width * scale,
    height: photo.height * scale,
  };
}

/** The photo behind the car. */
export function PhotoGhost({ url, opacity, ...placed }: Placed & { url: string; opacity: number }) {
  return (
    <img
      className={styles.ghost}
      src={url}
      alt=""
      draggable={false}
      style={{ ...photoPlace(placed), opacity }}
    />
  );
}
