import { Image, Scan, TriangleAlert } from 'lucide-react';
import { useRef } from 'react';
import type { StudioDocument } from '../../shared/document.ts';
import { selectCar } from '../actions/photo.ts';
import { inBackground } from '../actions/run.ts';
import { useActivity } from '../state/activity.ts';
import { useConnection } from '../state/connection.ts';
import { useDocument } from '../state/document.ts';
import { useRefine } from '../state/refine.ts';
import { useView } from '../state/view.ts';
import { Button } from '../ui/button.tsx';
import { Pane, PaneMessage } from '../ui/pane.tsx';
import { useAssetUrl } from '../ui/use-asset-url.ts';
import { useSize } from '../ui/use-size.ts';
import { MaskCanvas } from './mask-canvas.tsx';
import { fitInside } from './mask-overlay.ts';
import styles from './photo.module.css';

type Photo = NonNullable<StudioDocument['photo']>;

/** One button a car; the click's own place is sent, so that overlapping boxes mean what was clicked. */
function CarBoxes({ photo }: { photo: Photo }) {
  const activity = useActivity((state) => state.activity);
  const refining = useRefine((state) => state.phase === 'running');
  const percent = (value: number, whole: number) => `${(100 * value) / whole}%`;
  return photo.cars.map((box, index) => {
    const selected = index === photo.selected;
    return (
      <button
        // biome-ignore lint/suspicious/noArrayIndexKey: a car is its place in the photo's list
        key={index}
        type="button"
        className={`${styles.box} ${selected ? styles.selected : ''}`}
        aria-label={`Car ${index + 1}`}
        aria-pressed={selected}
        disabled={activity !== null || refining}
        style={{
          left: percent(box.x, photo.width),
          top: percent(box.y, photo.height),
          width: percent(box.width, photo.width),
          height: percent(box.height, photo.height),
        }}
        onClick={(event) => {
          if (selected) return;
          const area = event.currentTarget.getBoundingClientRect();
          const byPointer = event.detail > 0;
          const fx = byPointer ? (event.clientX - area.left) / area.width : 0.5;
          const fy = byPointer ? (event.clientY - area.top) / area.height : 0.5;
          inBackground(selectCar(box.x + fx * box.width, box.y + fy * box.height));
        }}
      >
        <span>{index + 1}</span>
      </button>
    );
  });
}

function PhotoWithMask({ photo }: { photo: Photo }) {
  const stage = useRef<HTMLDivElement>(null);
  const pane = useSize(stage);
  const { url, error } = useAssetUrl(photo.picture);
  const showMask = useView((state) => state.showMask);
  return (
    <>
      <div ref={stage} className={styles.stage}>
        {url && pane.width > 0 && (
          <div className={styles.fit} style={fitInside(photo, pane)}>
            <img src={url} alt={photo.name} draggable={false} />
            {showMask && <MaskCanvas hash={photo.mask} shade={150} label="Mask of the car" />}
            {photo.cars.length > 1 && <CarBoxes photo={photo} />}
          </div>
        )}
      </div>
      {!url && !error && <PaneMessage kind="loading" title="Loading the photo" />}
      {error && <PaneMessage kind="error" icon={TriangleAlert} title={error.message} text={error.remedy} />}
    </>
  );
}

export function PhotoPane({ hidden }: { hidden: boolean }) {
  const document = useDocument((state) => state.document);
  const phase = useConnection((state) => state.phase);
  const showMask = useView((state) => state.showMask);
  const photo = document?.photo;
  const actions = photo && (
    <>
      <span className={styles.name}>
        {photo.name}, {photo.width} x {photo.height}
      </span>
      <Button
        variant="quiet"
        icon={Scan}
        aria-pressed={showMask}
        onClick={() => useView.setState({ showMask: !showMask })}
      >
        Mask
      </Button>
    </>
  );
  return (
    <Pane title="Photo" hidden={hidden} actions={actions}>
      {photo && <PhotoWithMask photo={photo} />}
      {!photo && phase === 'ready' && (
        <PaneMessage
          kind="empty"
          icon={Image}
          title={document ? 'This car was not made from a photo' : 'No photo'}
          text={
            document
              ? 'It came from the generator.'
              : 'JPEG, PNG, WebP, AVIF, TIFF and HEIC can be dropped here.'
          }
        />
      )}
    </Pane>
  );
}
