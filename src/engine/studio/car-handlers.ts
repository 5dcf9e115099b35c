import type { StudioDocument } from '../../shared/document.ts';
import { StudioError } from '../../shared/errors.ts';
import type { HandlerContext, Handlers } from '../../shared/studio-api.ts';
import { flipped, type Viewpoint } from '../../shared/viewpoint.ts';
import { type BuildContext, buildCar, importPhoto, segmentCar } from './build-car.ts';
import { loadPhoto } from './car-assets.ts';
import { type StudioContext, settledDocument } from './context.ts';
import { encodeGrey } from './pixels.ts';

type BuildMethod = 'photo.import' | 'photo.selectCar' | 'viewpoint.flip';

/** Methods that make a car or change it. */
export function carHandlers(
  studio: StudioContext,
): Pick<
  Handlers,
  BuildMethod | 'viewpoint.set' | 'car.setLength' | `refine.${'start' | 'accept' | 'discard'}`
> {
  const { session, builds, refinement, retexture, rooms, assets } = studio;

  const build = <T>(
    { signal, progress }: HandlerContext<BuildMethod>,
    task: (context: BuildContext) => Promise<T>,
  ): Promise<T> =>
    builds.run(AbortSignal.any([signal, studio.closing]), (joined) =>
      task({ rooms, assets, signal: joined, progress }),
    );

  return {
    'photo.import': (file, call) =>
      build(call, async (context) => session.create(await importPhoto(context, file), 'Import')),

    'photo.selectCar': (at, call) =>
      build(call, async (context) => {
        const document = session.document;
        const photo = await loadPhoto(assets, document);
        context.progress({ stage: 'segment', fraction: 0 });
        const { mask, ...found } = await segmentCar(context, photo, at);
        const built = await buildCar(context, photo, mask);
        const hash = await assets.put(await encodeGrey(mask, photo.width, photo.height));
        return session.edit('Select another car', (now) => ({
          ...sameCar(document, now),
          ...built,
          photo: now.photo && { ...now.photo, mask: hash, ...found },
        }));
      }),

    'viewpoint.flip': (_none, call) =>
      build(call, async (context) => {
        const document = session.document;
        const photo = await loadPhoto(assets, document);
        const other = flipped(document.viewpoint).azimuthDeg;
        const built = await buildCar(context, photo, photo.mask, other);
        return session.edit('Flip front and back', (now) => {
          const { photo, car } = sameCar(document, now);
          if (photo?.mask !== document.photo?.mask) throw anotherCar();
          return { ...now, ...withLength(built, car.lengthMetres) };
        });
      }),

    'viewpoint.set': async ({ viewpoint }, { signal }) => {
      await retexture.move(session, viewpoint, AbortSignal.any([signal, studio.closing]));
      return session.state();
    },

    'car.setLength': async ({ lengthMetres }) => {
      await retexture.settled();
      return session.edit('Set length', (now) => withLength(now, lengthMetres), { merge: true });
    },

    'refine.start': async ({ iterations }, { signal, progress }) => {
      const document = await settledDocument(studio);
      const ended = AbortSignal.any([signal, studio.closing]);
      const result = await refinement.start(document, iterations, ended, progress);
      session.announce();
      return result;
    },
    'refine.accept': () => refinement.accept(session),
    'refine.discard': () => refinement.discard(session),
  };
}

/** The document of the moment, if it is still the car that the task began with. */
function sameCar(begun: StudioDocument, now: StudioDocument): StudioDocument {
  if (begun.id === now.id && begun.photo?.picture === now.photo?.picture) return now;
  throw anotherCar();
}

function anotherCar(): StudioError {
  return new StudioError(
    'cancelled',
    'Another car was opened meanwhile.',
    'Go back to the car in the library and try again.',
  );
}

/** The car with another length; its viewpoint moves along, so that the picture stays the same. */
function withLength<T extends Pick<StudioDocument, 'car' | 'viewpoint'>>(whole: T, lengthMetres: number): T {
  const { car, viewpoint } = whole;
  const factor = lengthMetres / car.lengthMetres;
  return { ...whole, car: { ...car, lengthMetres }, viewpoint: scaled(viewpoint, factor) };
}

/** The viewpoint of the same picture of a car that is `factor` times as long. */
function scaled(viewpoint: Viewpoint, factor: number): Viewpoint {
  const [x, y, z] = viewpoint.target;
  return {
    ...viewpoint,
    distance: viewpoint.distance * factor,
    target: [x * factor, y * factor, z * factor],
  };
}
