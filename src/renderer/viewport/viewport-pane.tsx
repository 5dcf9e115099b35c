import { Camera, CarFront, Grid3x3, RotateCcw, TriangleAlert } from 'lucide-react';
import { useMemo, useState } from 'react';
import { togglePhotoView } from '../actions/photo.ts';
import { MaskCanvas } from '../photo/mask-canvas.tsx';
import { useCar } from '../state/car.ts';
import { useConnection } from '../state/connection.ts';
import { useDocument } from '../state/document.ts';
import { usePick } from '../state/pick.ts';
import { useRefine } from '../state/refine.ts';
import { useView } from '../state/view.ts';
import { Button, Hint, IconButton } from '../ui/button.tsx';
import { Pane, PaneMessage } from '../ui/pane.tsx';
import { useAssetUrl } from '../ui/use-asset-url.ts';
import { OrbitSurface } from './orbit-surface.tsx';
import { PhotoGhost, photoPlace } from './photo-ghost.tsx';
import { PhotoMatch } from './photo-match.tsx';
import { GraphicsBoundary, Stage } from './stage.tsx';
import styles from './viewport.module.css';

function Badge() {
  const { phase, showBefore, progress } = useRefine();
  if (phase === 'idle') return null;
  const text =
    phase === 'proposal'
      ? showBefore
        ? 'Before refinement'
        : 'Proposal'
      : progress
        ? `Refining ${progress.iteration} / ${progress.iterations}`
        : 'Refining';
  return <div className={styles.badge}>{text}</div>;
}

function Ghost({ pane }: { pane: { width: number; height: number } }) {
  const document = useDocument((state) => state.document);
  const opacity = useView((state) => state.photoOpacity);
  const { url } = useAssetUrl(document?.photo?.picture);
  if (!document?.photo || !url || pane.width === 0) return null;
  return <PhotoGhost url={url} photo={document.photo} crop={document.crop} pane={pane} opacity={opacity} />;
}

/** The mask's outline over the car, which a refinement brings to it. */
function Outline({ pane }: { pane: { width: number; height: number } }) {
  const document = useDocument((state) => state.document);
  const showMask = useView((state) => state.showMask);
  if (!document?.photo || !showMask || pane.width === 0) return null;
  const { photo, crop } = document;
  return (
    <MaskCanvas
      hash={photo.mask}
      shade={0}
      label="Outline of the car in the photo"
      className={styles.ghost}
      style={photoPlace({ photo, crop, pane })}
    />
  );
}

function StageMessage({ onChoosePhoto }: { onChoosePhoto(): void }) {
  const { phase, error: connectionError } = useConnection();
  const { known, document } = useDocument();
  const { car, loading, error } = useCar();
  if (phase !== 'ready' && !document) {
    return connectionError ? (
      <PaneMessage
        kind="error"
        icon={TriangleAlert}
        title={connectionError.message}
        text={connectionError.remedy}
      />
    ) : (
      <PaneMessage kind="loading" title="Starting the engine" />
    );
  }
  if (known && !document) {
    return (
      <PaneMessage
        kind="empty"
        icon={CarFront}
        title="No car is open"
        text="Drop a photo of a car anywhere, paste one, or choose a file."
      >
        <Button variant="primary" onClick={onChoosePhoto}>
          Choose a photo
        </Button>
      </PaneMessage>
    );
  }
  if (error)
    return <PaneMessage kind="error" icon={TriangleAlert} title={error.message} text={error.remedy} />;
  if (loading && !car) return <PaneMessage kind="loading" title="Loading the car" />;
  return null;
}

interface ViewportPaneProps {
  hidden: boolean;
  onChoosePhoto(): void;
}

export function ViewportPane({ hidden, onChoosePhoto }: ViewportPaneProps) {
  const { photoView, showGround } = useView(usePick('photoView', 'showGround'));
  const document = useDocument((state) => state.document);
  const [lost, setLost] = useState(false);
  const [attempt, setAttempt] = useState(0);
  const onLost = useMemo(() => () => setLost(true), []);

  const actions = (
    <>
      <Hint hint="The car over its photo" keys="P">
        <Button
          variant="quiet"
          icon={Camera}
          aria-label="Photo view"
          aria-pressed={photoView}
          disabled={!document?.photo}
          onClick={togglePhotoView}
        >
          <span className={styles.words}>Photo view</span>
        </Button>
      </Hint>
      <IconButton
        icon={RotateCcw}
        label="Reset view"
        hint="Back to the estimated viewpoint"
        disabled={!document}
        onClick={() => document && useView.setState({ viewpoint: document.viewpoint })}
      />
      <IconButton
        icon={Grid3x3}
        label="Ground"
        aria-pressed={showGround}
        onClick={() => useView.setState({ showGround: !showGround })}
      />
    </>
  );

  return (
    <Pane title="3D viewport" hidden={hidden} actions={actions}>
      <OrbitSurface
        className={`${styles.stage} ${photoView ? styles.photoView : ''}`}
        label="Car in 3D: arrow keys turn it, plus and minus change the distance"
      >
        {(size) => (
          <>
            {photoView && <Ghost pane={size} />}
            {!lost && (
              <GraphicsBoundary
                key={attempt}
                fallback={
                  <PaneMessage
                    kind="error"
                    icon={TriangleAlert}
                    title="The 3D viewport can not be drawn."
                    text="WebGL is missing here: turn on hardware acceleration or update the graphics driver. The neural view and the export still work."
                  />
                }
              >
                <Stage onLost={onLost} />
              </GraphicsBoundary>
            )}
            {photoView && <Outline pane={size} />}
            <Badge />
            {photoView && document && <PhotoMatch />}
            <StageMessage onChoosePhoto={onChoosePhoto} />
            {lost && (
              <PaneMessage
                kind="error"
                icon={TriangleAlert}
                title="The graphics driver was reset."
                text="Your car is safe; the viewport only has to be set up again."
              >
                <Button
                  variant="primary"
                  onClick={() => {
                    setAttempt(attempt + 1);
                    setLost(false);
                  }}
                >
                  Restore the viewport
                </Button>
              </PaneMessage>
            )}
          </>
        )}
      </OrbitSurface>
    </Pane>
  );
}
