import type { Crop } from '../../shared/viewpoint.ts';
import { squareOf } from './camera.ts';
import styles from './viewport.module.css';

interface PhotoGhostProps {
  url: string;
  photo: { width: number; height: number };
  crop: Crop;
  pane: { width: number; height: number };
  opacity: number;
}

/** The photo behind the car, placed so that its crop is the pane's square, where the viewpoint draws the car. */
export function PhotoGhost({ url, photo, crop, pane, opacity }: PhotoGhostProps) {
  const square = squareOf(pane.width, pane.height);
  const scale = square.size / crop.size;
  return (
    <img
      className={styles.ghost}
      src={url}
      alt=""
      draggable={false}
      style={{
        left: square.x - crop.x * scale,
        top: square.y - crop.y * scale,
        width: photo.width * scale,
        height: photo.height * scale,
        opacity,
      }}
    />
  );
}
