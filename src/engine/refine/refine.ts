import { setImmediate } from 'node:timers/promises';
import { throwIfCancelled } from '../../shared/errors.ts';
import { type Viewpoint, wrapAzimuth } from '../../shared/viewpoint.ts';
import type { OrbitCamera } from '../diffrender/index.ts';
import { orbitOf } from '../render/camera.ts';
import { cameraOf, cameraParameters, clampCamera } from './camera-parameters.ts';
import { checkInput, checkMask } from './check-input.ts';
import { fitLight } from './light-fit.ts';
import { colourDifference, outlineIoU } from './measure.ts';
import { normaliseCar } from './normalise.ts';
import { type GeometryTerms, Objective, type Point } from './objective.ts';
import { copyPoint, Descent } from './optimise.ts';
import { type Stage, schedule, stages } from './schedule.ts';
import { shapeOf } from './shape-model.ts';
import { cropTarget, halved, type Target } from './target.ts';
import type { RefineInput, RefineOptions, RefineOutcome } from './types.ts';

/** A point in its standard place, with how well it does at full resolution. */
interface Candidate {
  vertices: Float64Array;
  camera: OrbitCamera;
  terms: GeometryTerms;
  iou: number;
  score: number;
}

/** Longest time without looking at the event loop, where a cancel may wait. */
const breatheMs = 15;

/**
 * Fits a car to its photo: viewpoint, then shape, then surface (schedule.ts), by gradient descent on what the
 * differentiable renderer draws; the light last, in closed form. Runs in the caller's thread and gives way to its event
 * loop; use startRefinement to run it beside.
 *
 * Throws `cancelled` when the signal fired before anything was done, `no-car` for masks without an outline, `mask-size` and
 * `invalid-parameters` for what doesn't fit together.
 */
export async function refine(input: RefineInput, options: RefineOptions): Promise<RefineOutcome> {
  checkInput(input, options.iterations);
  throwIfCancelled(options.signal);
  const fine = cropTarget(input, input.crop, 256);
  checkMask(fine.mask, fine.valid);
  return new Refinement(input, options, fine).run();
}

class Refinement {
  private readonly targets: Record<Stage['resolution'], Target>;
  private readonly objective: Objective;
  private readonly first: Candidate;
  private point: Point;
  private centre: OrbitCamera['target'];
  private best: Candidate;
  private iteration = 0;
  private reported = 0;
  private breathed = performance.now();

  constructor(
    private readonly input: RefineInput,
    private readonly options: RefineOptions,
    fine: Target,
  ) {
    const { template, offsets } = input;
    const middle = halved(fine);
    this.targets = { 256: fine, 128: middle, 64: halved(middle) };
    const camera = orbitOf(input.viewpoint, input.lengthMetres);
    this.centre = camera.target;
    this.point = { shape: shapeOf(template, offsets), camera: cameraParameters(camera) };
    const reference = template.vertices.map((x, k) => x + offsets[k]);
    this.objective = new Objective(
      template,
      { camera: this.point.camera.slice(), coefficients: this.point.shape.coefficients.slice() },
      256,
      reference,
    );
    const { terms, regulariser } = this.objective.evaluate(this.point, camera, fine, 12000);
    this.first = this.candidate(this.point, terms, regulariser);
    this.best = this.first;
  }

  async run(): Promise<RefineOutcome> {
    await this.chooseStart();
    for (const stage of stages) await this.runStage(stage);
    this.report(true);
    return this.outcome();
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

  /** Some coarse steps from several azimuths; the one that fits best is gone on with. */
  private async chooseStart(): Promise<void> {
    const start = copyPoint(this.point);
    let least = Infinity;
    for (const turn of schedule.startTurns) {
      const point = copyPoint(start);
      point.camera[0] += (turn * Math.PI) / 180;
      const descent = this.descent(point, { resolution: 64, freedom: { coefficients: false, field: false } });
      for (let i = 0; i < schedule.startSteps && !this.stopped; i++) {
        descent.step(stages[0].sigmainv[0], 1 - (0.7 * i) / schedule.startSteps);
        clampCamera(point.camera);
        await this.breathe();
      }
      if (descent.best.score < least) {
        least = descent.best.score;
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
      clampCamera(this.point.camera);
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

  private descent(point: Point, stage: Pick<Stage, 'resolution' | 'freedom'>): Descent {
    const target = this.targets[stage.resolution];
    return new Descent(this.objective, this.input.template, point, target, stage.freedom, this.centre);
  }

  /** Puts the car into its standard place, so that what a stage has stretched or moved doesn't add up. */
  private rebase(): void {
    const { objective, point } = this;
    objective.place(point.shape);
    const vertices = objective.vertices.slice();
    const camera = normaliseCar(vertices, schedule.groundShare, cameraOf(point.camera, this.centre));
    const rest = point.shape.rest.map((x, k) => x + vertices[k] - objective.vertices[k]);
    this.centre = camera.target;
    this.point = { camera: cameraParameters(camera), shape: { ...point.shape, rest } };
  }

  private candidate(point: Point, terms: GeometryTerms, regulariser: number): Candidate {
    const { objective } = this;
    objective.place(point.shape);
    const vertices = objective.vertices.slice();
    const camera = normaliseCar(vertices, schedule.groundShare, cameraOf(point.camera, this.centre));
    const iou = objective.iouOf(vertices, camera, this.targets[256]);
    return { vertices, camera, terms, iou, score: 1 - iou + regulariser };
  }

  private consider(descent: Descent): void {
    const { point, terms, regulariser } = descent.best;
    if (!terms) return;
    const candidate = this.candidate(point, terms, regulariser);
    if (candidate.score < this.best.score) this.best = candidate;
  }

  private offsets(vertices: Float64Array): Float32Array {
    const mean = this.input.template.vertices;
    return Float32Array.from(vertices, (x, k) => x - mean[k]);
  }

  private report(last: boolean): void {
    this.reported = performance.now();
    const { best, iteration } = this;
    const { iterations } = this.options;
    this.options.onProgress?.({
      iteration: last && !this.stopped ? iterations : iteration,
      iterations,
      loss: best.score,
      maskIoU: best.iou,
      viewpoint: viewpointOf(best.camera, this.input.lengthMetres),
      offsets: this.offsets(best.vertices),
      light: this.input.light.slice(),
    });
  }

  private outcome(): RefineOutcome {
    const { best, first, input } = this;
    const light = fitLight(input, best.vertices, best.camera, this.targets[128]);
    return {
      offsets: this.offsets(best.vertices),
      viewpoint: viewpointOf(best.camera, input.lengthMetres),
      light,
      maskIoUBefore: outlineIoU(input, first.vertices, first.camera),
      maskIoUAfter: outlineIoU(input, best.vertices, best.camera),
      losses: {
        ...best.terms,
        colour: colourDifference(input, light, best.vertices, best.camera, this.targets[128]),
      },
      stopped: this.stopped,
    };
  }
}

function viewpointOf(camera: OrbitCamera, lengthMetres: number): Viewpoint {
  const degrees = 180 / Math.PI;
  return {
    azimuthDeg: wrapAzimuth(camera.azimuth * degrees),
    elevationDeg: camera.elevation * degrees,
    rollDeg: camera.roll * degrees,
    distance: camera.distance * lengthMetres,
    fovDeg: camera.fov * degrees,
    target: [
      camera.target[0] * lengthMetres,
      camera.target[1] * lengthMetres,
      camera.target[2] * lengthMetres,
    ],
    offset: [camera.offset[0], camera.offset[1]],
  };
}
