import { StudioError, toErrorPayload } from '../../shared/errors.ts';
import { studioOrThrow, useConnection } from '../state/connection.ts';
import { useDocument } from '../state/document.ts';
import { type LatestWins, latestWins } from '../state/latest.ts';
import { useNeural } from '../state/neural.ts';
import { useRefine } from '../state/refine.ts';
import { useView } from '../state/view.ts';
import { drawableElevation } from '../state/view-math.ts';

interface Wanted {
  azimuthDeg: number;
  elevationDeg: number;
  /** changes when the same view would be another picture */
  content: string;
}

/** Names the car that `neural.render` draws: the proposal if there is one, else the document. */
function content(): string | null {
  const document = useRefine.getState().result?.proposal ?? useDocument.getState().document;
  if (!document) return null;
  const { car, background } = document;
  return [document.id, car.offsets, car.texture, background].join(' ');
}

const againMilliseconds = 150;

let arrivals: number[] = [];
let restTimer: ReturnType<typeof setTimeout> | undefined;

/** Pictures that arrived within the last second. */
function countArrival(): number {
  const now = performance.now();
  arrivals = [...arrivals.filter((time) => now - time < 1000), now];
  clearTimeout(restTimer);
  restTimer = setTimeout(() => useNeural.setState({ rate: 0 }), 600);
  return arrivals.length;
}

const requester: LatestWins<Wanted> = latestWins({
  run: ({ azimuthDeg, elevationDeg }: Wanted, signal) =>
    studioOrThrow().call('neural.render', { azimuthDeg, elevationDeg }, { signal }),
  same: (a, b) =>
    a.azimuthDeg === b.azimuthDeg && a.elevationDeg === b.elevationDeg && a.content === b.content,
  onValue: (picture) => useNeural.setState({ picture, error: null, rate: countArrival() }),
  onError(error) {
    const { code, message, remedy } = toErrorPayload(error);
    // another window of the same engine asked for a newer picture
    if (code === 'cancelled') setTimeout(requestNeuralPicture, againMilliseconds);
    // the banner tells of a lost connection, and the page asks again when it is back
    else if (code !== 'connection-lost')
      useNeural.setState({ error: new StudioError(code, message, remedy) });
  },
});

let shownContent: string | null = null;

/** Asks for the picture of the present view; cheap when nothing changed. */
export function requestNeuralPicture(): void {
  const { viewpoint } = useView.getState();
  const wanted = content();
  if (wanted !== shownContent) {
    requester.drop();
    const car = (text: string | null) => text?.split(' ')[0];
    if (car(wanted) !== car(shownContent)) useNeural.setState({ picture: null, error: null });
    shownContent = wanted;
  }
  if (!viewpoint || wanted === null || useConnection.getState().phase !== 'ready') return;
  requester.request({
    azimuthDeg: viewpoint.azimuthDeg,
    elevationDeg: drawableElevation(viewpoint.elevationDeg),
    content: wanted,
  });
}

/** Asks again after a failure. */
export function retryNeuralPicture(): void {
  requester.drop();
  useNeural.setState({ error: null });
  requestNeuralPicture();
}
