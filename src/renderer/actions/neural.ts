import { StudioError, toErrorPayload } from '../../shared/errors.ts';
import type { NeuralDetail } from '../../shared/studio-api.ts';
import { studioOrThrow, useConnection } from '../state/connection.ts';
import { useDocument } from '../state/document.ts';
import { type LatestWins, latestWins } from '../state/latest.ts';
import { useNeural } from '../state/neural.ts';
import { useRefine } from '../state/refine.ts';
import { restMilliseconds, useView } from '../state/view.ts';
import { drawableElevation } from '../state/view-math.ts';

interface Direction {
  azimuthDeg: number;
  elevationDeg: number;
}

interface Wanted extends Direction {
  detail: NeuralDetail;
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
let rateTimer: ReturnType<typeof setTimeout> | undefined;

/** Pictures that arrived within the last second. */
function countArrival(): number {
  const now = performance.now();
  arrivals = [...arrivals.filter((time) => now - time < 1000), now];
  clearTimeout(rateTimer);
  rateTimer = setTimeout(() => useNeural.setState({ rate: 0 }), 600);
  return arrivals.length;
}

const sameDirection = (a: Direction, b: Direction) =>
  a.azimuthDeg === b.azimuthDeg && a.elevationDeg === b.elevationDeg;

const requester: LatestWins<Wanted> = latestWins({
  run: ({ azimuthDeg, elevationDeg, detail }: Wanted, signal) =>
    studioOrThrow().call('neural.render', { azimuthDeg, elevationDeg, detail }, { signal }),
  same: (a, b) => sameDirection(a, b) && a.detail === b.detail && a.content === b.content,
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
let shownDirection: Direction | null = null;
/** Runs while the view turns. */
let restTimer: ReturnType<typeof setTimeout> | undefined;

/** Notes where the view looks now, and whether it turns: from another direction on until it has been still for a while. */
function noteDirection(direction: Direction): void {
  const turned = shownDirection !== null && !sameDirection(shownDirection, direction);
  shownDirection = direction;
  if (!turned) return;
  // the full picture that may be under way is no longer wanted, and takes longer than a draft may wait
  if (restTimer === undefined) requester.drop();
  clearTimeout(restTimer);
  restTimer = setTimeout(() => {
    restTimer = undefined;
    requestNeuralPicture();
  }, restMilliseconds);
}

/** Asks for the picture of the present view, a draft while it turns; cheap when nothing changed. */
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
  const direction = {
    azimuthDeg: viewpoint.azimuthDeg,
    elevationDeg: drawableElevation(viewpoint.elevationDeg),
  };
  noteDirection(direction);
  requester.request({
    ...direction,
    detail: restTimer === undefined ? 'full' : 'draft',
    content: wanted,
  });
}

/** Asks again after a failure. */
export function retryNeuralPicture(): void {
  requester.drop();
  useNeural.setState({ error: null });
  requestNeuralPicture();
}
