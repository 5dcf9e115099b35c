import { setImmediate } from 'node:timers/promises';
import { throwIfCancelled } from '../../shared/errors.ts';
import type { Vec3 } from '../../shared/viewpoint.ts';
import type { OrbitCamera } from '../diffrender/index.ts';
import { turnLight } from '../reconstruct/turn-light.ts';
import { boxCentre, orbitOf, viewpointOf } from '../render/camera.ts';
import { carVertices } from '../render/car.ts';
import { cameraOf, cameraParameters } from './camera-parameters.ts';
import { type FinalLook, type FitInput, finalLook, fitInput } from './crops.ts';
import { fitLight } from './light-fit.ts';
import { colourDifference, outlineIoU } from './measure.ts';
import { normaliseCar, retargeted } from './normalise.ts';
import { Objective, type Point, type Value } from './objective.ts';
import { withoutOccluders } from './occluders.ts';
import { copyPoint, Descent } from './optimise.ts';
import { type Stage, schedule, stages } from './schedule.ts';
import { shapeOf } from './shape-model.ts';
import { halved, Target } from './target.ts';
import type { RefineInput, RefineOptions, RefineOutcome } from './types.ts';
import { fromUsualPlace, heightFactor } from './usual-place.ts';

/** A point in its standard place, with how well it does at full resolution. */
interface Candidate {
  vertices: Float64Array;
  cameras: OrbitCamera[];
  value: Value;
  /** mean over the views */
  iou: number;
  score: number;
}

type Targets = Record<Stage['resolution'], Target[]>;

/** Longest time without looking at the event loop, where a cancel may wait. */
const breatheMs = 15;

/**
 * Fits a car to its photos: viewpoints, then shape, then surface (schedule.ts), by gradient descent on what the
 * differentiable renderer draws; the light last, in closed form. Runs in the caller's thread and gives way to its event
 * loop; use RefineThreads to run it beside.
 *
 * Throws `cancelled` when the signal fired before anything was done, `no-car` for masks without an outline, `mask-size` and
 * `invalid-parameters` for what doesn't fit together.
 */
export async function refine(input: RefineInput, options: RefineOptions): Promise<RefineOutcome> {
  const own = fitInput(input, options.iterations);
  return refineCrops(own, options, () => finalLook(input));
}

/** `refine` on the photos' crops alone; `look` is asked for the others when the geometry is fitted. */
export async function refineCrops(
  input: FitInput,
  options: RefineOptions,
  look: () => Promise<FinalLook>,
): Promise<RefineOutcome> {
  throwIfCancelled(options.signal);
  const refinement = new Refinement(input, options);
  await refinement.run();
  return refinement.outcome(await look());
}

class Refinement {
  private targets: Targets;
  private readonly objective: Objective;
  private readonly first: Candidate;
  private point: Point;
  private centre: Vec3;
  private best: Candidate;
  private iteration = 0;
  private reported = 0;
  private breathed = performance.now();

  constructor(
    private readonly input: FitInput,
    private readonly options: RefineOptions,
  ) {
    const { template, offsets, views, lengthMetres } = input;
    this.targets = targetsOf(
      views.map(({ outline: { size, mask, valid } }) => new Target(size, mask, valid)),
    );
    const vertices = carVertices(template, offsets);
    this.centre = boxCentre(vertices);
    const given = views.map(({ viewpoint }) =>
      cameraParameters(retargeted(orbitOf(viewpoint, lengthMetres), this.centre)),
    );
    const cameras = given.map((camera) => fromUsualPlace(camera, this.centre[1]));
    const height = heightFactor(given, cameras);
    const raised = vertices.map((x, k) => (k % 3 === 1 ? x * height : x));
    const shape = shapeOf(template, this.offsets(raised));
    this.point = { shape, cameras };
    this.objective = new Objective(
      template,
      {
        cameras: cameras.map((camera) => camera.slice()),
        coefficients: shape.coefficients.slice(),
      },
      256,
      raised,
    );
    const rest = shape.rest.map((x, k) => x + vertices[k] - raised[k]);
    const start: Point = { shape: { ...shape, rest }, cameras: given };
    this.first = this.candidate(
      start,
      this.objective.evaluate(start, this.centre, this.targets[64], stages[0].sigmainv[0]),
    );
    this.best = this.first;
  }

  /** Fits the geometry. */
  async run(): Promise<void> {
    for (let view = 0; view < this.input.views.length; view++) await this.chooseStart(view);
    for (const stage of stages) {
      if (stage.name === 'surface') this.leaveOccludersOut();
      await this.runStage(stage);
    }
    this.report(true);
  }

  private get stopped(): boolean {
    return this.options.signal?.aborted ?? false;
  }

  /** Time for another report; the first is due at once. */
  private get due(): boolean {
    return this.reported === 0 || performance.now() - this.reported > schedule.reportEveryMs;
  }

  /** Gives way to the event loop now and then. */
  private async breathe(): Promise<void> {
    if (performance.now() - this.breathed < breatheMs) return;
    await setImmediate();
    this.breathed = performance.now();
  }

  /** Some coarse steps of one camera from several azimuths; the one that fits best is gone on with. */
  private async chooseStart(view: number): Promise<void> {
    const start = copyPoint(this.point);
    let least = Infinity;
    for (const { turnDeg, margin } of schedule.starts) {
      const point = copyPoint(start);
      point.cameras[view][0] += (turnDeg * Math.PI) / 180;
      const descent = this.descent(point, { resolution: 64, freedom: { coefficients: false, field: false } });
      for (let i = 0; i < schedule.startSteps && !this.stopped; i++) {
        descent.step(stages[0].sigmainv[0], 1 - (0.7 * i) / schedule.startSteps);
        await this.breathe();
        if (this.reported === 0 && i >= schedule.firstLook) {
          this.consider(descent);
          if (this.best !== this.first) this.report(false);
        } else if (this.reported > 0 && this.due) this.report(false);
      }
      const { value } = descent.best;
      if (value && value.score + margin < least) {
        least = value.score + margin;
        this.point = descent.best.point;
        this.consider(descent);
        if (this.due) this.report(false);
      }
    }
  }

  private async runStage(stage: Stage): Promise<void> {
    const { iterations } = this.options;
    const before = stages.slice(0, stages.indexOf(stage));
    const done = before.reduce((sum, s) => sum + s.share, 0);
    const steps = Math.round(iterations * (done + stage.share)) - Math.round(iterations * done);
    if (steps === 0 || this.stopped) return;
    this.rebase();
    const descent = this.descent(this.point, stage);
    const [low, high] = stage.sigmainv;
    for (let i = 0; i < steps && !this.stopped; i++) {
      const t = steps > 1 ? i / (steps - 1) : 1;
      const rate = schedule.finalRate + (1 - schedule.finalRate) * 0.5 * (1 + Math.cos(Math.PI * t));
      descent.step(low * (high / low) ** t, rate);
      this.iteration++;
      await this.breathe();
      if (this.due) {
        this.consider(descent);
        this.report(false);
      }
    }
    this.point = descent.best.point;
    this.consider(descent);
  }

  /** Asks no longer for what something before the car seems to hide; the best so far is judged anew. */
  private leaveOccludersOut(): void {
    const { best, objective } = this;
    const fine = this.targets[256].map((target, view) =>
      withoutOccluders(objective.outline.draw(best.vertices, best.cameras[view], target), target),
    );
    if (fine.every((target, view) => target === this.targets[256][view])) return;
    this.targets = targetsOf(fine);
    this.best = { ...best, ...this.scored(best) };
  }

  private descent(point: Point, { resolution, freedom }: Pick<Stage, 'resolution' | 'freedom'>): Descent {
    const targets = this.targets[resolution];
    return new Descent(this.objective, this.input.template, point, targets, freedom, this.centre);
  }

  /** A point's vertices and cameras in the car's standard place. */
  private normalised({ shape, cameras }: Point): { vertices: Float64Array; cameras: OrbitCamera[] } {
    this.objective.place(shape);
    const vertices = this.objective.vertices.slice();
    const moved = normaliseCar(
      vertices,
      schedule.groundShare,
      cameras.map((camera) => cameraOf(camera, this.centre)),
    );
    return { vertices, cameras: moved };
  }

  /** Puts the car into its standard place, so that what a stage has stretched or moved doesn't add up. */
  private rebase(): void {
    const { objective, point } = this;
    const { vertices, cameras } = this.normalised(point);
    const rest = point.shape.rest.map((x, k) => x + vertices[k] - objective.vertices[k]);
    this.centre = cameras[0].target;
    this.point = { cameras: cameras.map(cameraParameters), shape: { ...point.shape, rest } };
  }

  private candidate(point: Point, value: Value): Candidate {
    const { vertices, cameras } = this.normalised(point);
    return { vertices, cameras, value, ...this.scored({ vertices, cameras, value }) };
  }

  private scored({ vertices, cameras, value }: Pick<Candidate, 'vertices' | 'cameras' | 'value'>) {
    const fine = this.targets[256];
    const sum = cameras.reduce(
      (total, camera, view) => total + this.objective.outline.iou(vertices, camera, fine[view]),
      0,
    );
    const count = cameras.length;
    return { iou: sum / count, score: count - sum + value.regulariser };
  }

  private consider({ best: { point, value } }: Descent): void {
    if (!value) return;
    const candidate = this.candidate(point, value);
    if (candidate.score < this.best.score) this.best = candidate;
  }

  private offsets(vertices: Float64Array): Float32Array {
    const mean = this.input.template.vertices;
    return Float32Array.from(vertices, (x, k) => x - mean[k]);
  }

  /** The light that a view began with, which stays with the camera when the car is turned around. */
  private lightOf(view: number, camera: OrbitCamera): Float32Array {
    const turn = camera.azimuth - this.first.cameras[view].azimuth;
    return turnLight(this.input.views[view].light, Math.PI * Math.round(turn / Math.PI));
  }

  private report(last: boolean): void {
    this.reported = performance.now();
    const { best, iteration, input } = this;
    const { iterations } = this.options;
    this.options.onProgress?.({
      iteration: last && !this.stopped ? iterations : iteration,
      iterations,
      loss: best.score,
      maskIoU: best.iou,
      offsets: this.offsets(best.vertices),
      views: best.cameras.map((camera, view) => ({
        viewpoint: viewpointOf(camera, input.lengthMetres),
        light: this.lightOf(view, camera),
      })),
    });
  }

  /** The light, in closed form, and how well it all fits. */
  outcome({ texture, views: looks }: FinalLook): RefineOutcome {
    const { best, first } = this;
    const { template, lengthMetres } = this.input;
    let colour = 0;
    const views = looks.map(({ outline, colours }, k) => {
      const { size, mask, valid } = this.targets[128][k];
      const seen = { size, mask, valid, rgb: colours };
      const [{ vertices }, camera] = [best, best.cameras[k]];
      const light = fitLight({ template, texture }, this.lightOf(k, camera), vertices, camera, seen);
      const lit = { texture, light };
      colour += colourDifference(template, lit, vertices, camera, seen) / looks.length;
      return {
        viewpoint: viewpointOf(camera, lengthMetres),
        light,
        maskIoUBefore: outlineIoU(template, first.vertices, first.cameras[k], outline),
        maskIoUAfter: outlineIoU(template, vertices, camera, outline),
      };
    });
    return {
      offsets: this.offsets(best.vertices),
      views,
      losses: { ...best.value.terms, colour },
      stopped: this.stopped,
    };
  }
}

/** Targets at 256 pixels with their smaller ones. */
function targetsOf(fine: Target[]): Targets {
  const middle = fine.map(halved);
  return { 256: fine, 128: middle, 64: middle.map(halved) };
}
