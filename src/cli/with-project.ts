import type { CliContext } from './context.ts';
import { type CliEngine, withEngine } from './engine.ts';
import { readProject } from './files.ts';
import { prepareFolder } from './output-folder.ts';

/**
 * Opens the project of a folder that `reconstruct` wrote (or a project file) for the time of `work`, after it is sure that
 * `out`, a folder, can be written.
 */
export async function withProject(
  context: CliContext,
  path: string,
  out: string,
  work: (engine: CliEngine) => Promise<void>,
): Promise<void> {
  const project = await readProject(path);
  await prepareFolder(out);
  const rooms = await context.openRooms();
  try {
    await withEngine(rooms, async (engine) => {
      await engine.studio.call('project.open', project);
      await work(engine);
    });
  } finally {
    await rooms.close();
  }
}
