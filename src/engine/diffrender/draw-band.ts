import { antialias } from './antialias.ts';
import type { Buffers } from './buffers.ts';
import { bandOf } from './cut-bands.ts';
import { meet } from './parallel-protocol.ts';
import { projectVertices } from './project.ts';
import { drawRows } from './render.ts';
import type { Rows, Scene } from './types.ts';

/** Draws one thread's band of a picture, meeting the other threads before contours are blended across bands. */
export function drawBand(
  scene: Scene,
  buffers: Buffers,
  control: Int32Array,
  index: number,
  threads: number,
): Rows {
  projectVertices(scene.vertices, scene.camera, buffers.clip);
  const rows = bandOf(scene, buffers.clip, index, threads);
  drawRows(scene, buffers, rows);
  if (!scene.antialias) return rows;
  meet(control, threads, 1);
  antialias(scene, buffers, rows);
  return rows;
}
