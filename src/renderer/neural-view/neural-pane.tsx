import { Sparkles, TriangleAlert } from 'lucide-react';
import { useLayoutEffect, useRef } from 'react';
import type { Picture } from '../../shared/studio-api.ts';
import { canonicalFraming } from '../../shared/viewpoint.ts';
import { retryNeuralPicture } from '../actions/neural.ts';
import { useConnection } from '../state/connection.ts';
import { useDocument } from '../state/document.ts';
import { useNeural } from '../state/neural.ts';
import { useView } from '../state/view.ts';
import { drawableElevation, reframing } from '../state/view-math.ts';
import { Button } from '../ui/button.tsx';
import { Pane, PaneMessage } from '../ui/pane.tsx';
import { squareOf } from '../viewport/camera.ts';
import { OrbitSurface } from '../viewport/orbit-surface.tsx';
import { borderColour, extendPicture } from './extend-picture.ts';
import styles from './neural.module.css';

/**
 * The picture as a small canvas that the compositor scales: nothing of the pane's size is drawn for it, so it keeps up
 * where graphics are computed on the processor.
 */
function PictureCanvas({ picture, pane }: { picture: Picture; pane: { width: number; height: number } }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const viewpoint = useView((state) => state.viewpoint);
  const length = useDocument((state) => state.document?.car.lengthMetres);
  const [width, height] = [2 * picture.width, 2 * picture.height];
  // before the page is painted: a canvas whose size changes is empty until it is drawn
  useLayoutEffect(() => {
    const context = canvas.current?.getContext('2d', { alpha: false, willReadFrequently: true });
    context?.putImageData(new ImageData(extendPicture(picture), width, height), 0, 0);
  }, [picture, width, height]);
  if (!viewpoint || length === undefined) return null;
  const { size } = squareOf(pane.width, pane.height);
  const { scale, rotation, dx, dy } = reframing(viewpoint, length);
  const side = (scale * size) / picture.width;
  return (
    <div
      className={styles.frame}
      style={{ background: borderColour(picture) }}
      role="img"
      aria-label="The car drawn by the generator"
    >
      <canvas
        ref={canvas}
        className={styles.canvas}
        width={width}
        height={height}
        style={{
          transform: `translate(-50%, -50%) translate(${dx * size}px, ${dy * size}px) rotate(${rotation}rad) scale(${side})`,
        }}
      />
    </div>
  );
}

function Limit() {
  const elevation = useView((state) => state.viewpoint?.elevationDeg);
  if (elevation === undefined || drawableElevation(elevation) === elevation) return null;
  const { minElevationDeg, maxElevationDeg } = canonicalFraming;
  const limit = elevation > maxElevationDeg ? maxElevationDeg : minElevationDeg;
  return (
    <div className={styles.limit} role="status">
      Elevation limited to {limit} degrees
    </div>
  );
}

function Timing() {
  const { picture, rate } = useNeural();
  if (!picture) return null;
  return (
    <span className={styles.timing}>
      {rate > 1 && `${rate} pictures/s, `}
      {picture.milliseconds.toFixed(0)} ms
    </span>
  );
}

export function NeuralPane({ hidden }: { hidden: boolean }) {
  const { picture, error } = useNeural();
  const document = useDocument((state) => state.document);
  const phase = useConnection((state) => state.phase);
  return (
    <Pane title="Neural view" hidden={hidden} actions={<Timing />}>
      <OrbitSurface className={styles.stage ?? ''} label="Car drawn by the generator: arrow keys turn it">
        {(size) => (
          <>
            {picture && <PictureCanvas picture={picture} pane={size} />}
            {picture && <Limit />}
            {error && (
              <PaneMessage kind="error" icon={TriangleAlert} title={error.message} text={error.remedy}>
                <Button onClick={retryNeuralPicture}>Try again</Button>
              </PaneMessage>
            )}
            {!picture && !error && document && phase !== 'lost' && (
              <PaneMessage kind="loading" title="Preparing the neural view" />
            )}
            {!document && phase === 'ready' && (
              <PaneMessage
                kind="empty"
                icon={Sparkles}
                title="The generator waits for a car"
                text="It draws the same car as a photo, from any side."
              />
            )}
          </>
        )}
      </OrbitSurface>
    </Pane>
  );
}
