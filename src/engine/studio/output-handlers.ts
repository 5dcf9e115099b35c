import type { StudioDocument } from '../../shared/document.ts';
import type { Handlers } from '../../shared/studio-api.ts';
import { exportGlb } from '../export/glb.ts';
import { writeProjectFile } from '../project/project-file.ts';
import { carOf, type StudioContext, seenDocument, settledDocument } from './context.ts';
import { drawSquare } from './fit.ts';
import { encodePicture, scalePicture } from './pixels.ts';
import { documentHash } from './session.ts';

/** Methods that draw the car or write it out. */
export function outputHandlers(
  studio: StudioContext,
): Pick<Handlers, 'neural.render' | 'export.glb' | 'export.picture' | 'project.save' | 'project.noteSaved'> {
  const { session, neural, rooms, assets } = studio;
  return {
    'neural.render': ({ azimuthDeg, elevationDeg, detail }, { signal }) =>
      studio.pictures.run(async () => {
        const car = await neural.get(seenDocument(studio));
        const begun = performance.now();
        const picture = await car.render(azimuthDeg, elevationDeg, { detail, signal });
        return { ...picture, milliseconds: performance.now() - begun };
      }, signal),

    'export.glb': async ({ light }) => {
      const document = await settledDocument(studio);
      const car = await carOf(studio, document);
      const bytes = await exportGlb({ ...car, template: rooms.template, mode: light });
      return { name: `${fileName(document)}.glb`, bytes };
    },

    'export.picture': async ({ viewpoint, size, mode }) => {
      const document = await settledDocument(studio);
      if (mode === 'neural') {
        const car = await neural.get(document);
        const { azimuthDeg, elevationDeg } = viewpoint;
        const picture = await car.render(azimuthDeg, elevationDeg, { detail: 'full' });
        const bytes = await encodePicture(await scalePicture(picture, size));
        return { name: `${fileName(document)}-neural.png`, bytes };
      }
      const car = await carOf(studio, document);
      const picture = drawSquare({ ...car, template: rooms.template }, viewpoint, size);
      return { name: `${fileName(document)}.png`, bytes: await encodePicture(picture) };
    },

    'project.save': async () => {
      const document = await settledDocument(studio);
      const bytes = await writeProjectFile(document, (hash) => assets.get(hash));
      const name = `${fileName(document)}.turnaround`;
      return { name, bytes, id: document.id, hash: documentHash(document) };
    },
    'project.noteSaved': ({ id, hash }) => session.markSaved(id, hash),
  };
}

/** The document's name as a file name that every platform takes. */
function fileName({ name }: StudioDocument): string {
  const plain = [...name]
    .map((letter) => (letter < ' ' || '<>:"/\\|?*'.includes(letter) ? '-' : letter))
    .join('')
    .replace(/[. ]+$/, '')
    .slice(0, 120);
  return plain || 'Car';
}
