import { StudioError, toErrorPayload } from '../../shared/errors.ts';
import type { DocumentState, LibraryEntry, Params, Status } from '../../shared/studio-api.ts';
import type { Host } from '../host.ts';
import { useActivity } from '../state/activity.ts';
import { studioOrThrow, useConnection } from '../state/connection.ts';
import { useDocument } from '../state/document.ts';
import { useRefine } from '../state/refine.ts';
import { useView } from '../state/view.ts';
import { showDocument } from './document.ts';
import { requestNeuralPicture, retryNeuralPicture } from './neural.ts';
import { inBackground } from './run.ts';
import { loadCar, shownDocument } from './shown-car.ts';

const retryMilliseconds = 2000;

async function connect(host: Host): Promise<void> {
  let established = false;
  const studio = await host.connect(() => {
    if (!established) return;
    useConnection.setState({ phase: 'lost', studio: null });
    reconnectLater(host);
  });
  // answers and events are taken in the order in which the engine sent them, and shown when all is there
  const newest: { state?: DocumentState; library?: LibraryEntry[]; status?: Status } = {};
  const take = (news: typeof newest) => {
    Object.assign(newest, news);
    if (!established) return;
    if (news.status) useConnection.setState({ status: news.status });
    if (news.library) useDocument.setState({ library: news.library });
    if (news.state) showDocument(news.state);
  };
  studio.on('document.changed', (state) => take({ state }));
  studio.on('library.changed', (library) => take({ library }));
  studio.on('status.changed', (status) => take({ status }));
  const [template] = await Promise.all([
    studio.call('studio.template', {}),
    studio.call('studio.status', {}).then((status) => take({ status })),
    studio.call('document.get', {}).then((state) => take({ state })),
    studio.call('library.list', {}).then((library) => take({ library })),
  ]);
  established = true;
  useConnection.setState({ phase: 'ready', studio, template, error: null });
  take(newest);
}

/** Connects; an engine that can't be reached is tried again, one that answers with another error is not. */
async function keepConnecting(host: Host): Promise<void> {
  try {
    await connect(host);
  } catch (error) {
    const { code, message, remedy } = toErrorPayload(error);
    useConnection.setState({ phase: 'lost', error: new StudioError(code, message, remedy) });
    if (code === 'connection-lost') reconnectLater(host);
  }
}

function reconnectLater(host: Host): void {
  setTimeout(() => inBackground(keepConnecting(host)), retryMilliseconds);
}

/** What of the state decides which car the viewport draws. */
function carKey(): string {
  const document = shownDocument();
  if (!document) return '';
  const { lengthMetres, offsets, texture, observed, light } = document.car;
  return [lengthMetres, offsets, texture, observed, ...light].join();
}

/** Ties the stores together: the viewport's car and the neural picture follow document, proposal and view. */
function follow(): void {
  let shown = '';
  const reload = () => {
    requestNeuralPicture();
    if (useRefine.getState().phase === 'running' || useConnection.getState().phase !== 'ready') return;
    const key = carKey();
    if (key === shown) return;
    shown = key;
    inBackground(loadCar());
  };
  useDocument.subscribe(reload);
  useRefine.subscribe(reload);
  useConnection.subscribe((now, before) => {
    if (now.phase === 'ready' && before.phase !== 'ready') {
      shown = '';
      retryNeuralPicture();
      reload();
    }
  });
  useView.subscribe((now, before) => {
    if (now.viewpoint !== before.viewpoint) requestNeuralPicture();
  });
}

function keepTitle(host: Host): void {
  const update = () => {
    const { document, unsaved } = useDocument.getState();
    host.setTitle(document ? `${document.name}${unsaved ? ' (unsaved)' : ''} - Turnaround` : 'Turnaround');
  };
  useDocument.subscribe(update);
  update();
}

/** Connects the page to its engine and keeps it connected. Called once. */
export function startPage(host: Host): void {
  follow();
  keepTitle(host);
  inBackground(keepConnecting(host));
}

export function setProvider(provider: Params<'studio.setProvider'>['provider']): void {
  if (useActivity.getState().activity) return;
  inBackground(
    (async () => {
      const status = await studioOrThrow().call('studio.setProvider', { provider });
      useConnection.setState({ status });
    })(),
  );
}
