import type { Template } from '../../shared/template.ts';
import {
  type Buffers,
  buildTopology,
  createBuffers,
  type OrbitCamera,
  orbitCameraMatrix,
  render,
  type Surface,
  type Topology,
} from '../diffrender/index.ts';
import type { CropPicture } from '../photo/crop.ts';

const near = 1e-3;

/** Draws silhouettes of a template's shapes over one crop and compares them with its mask. */
export class Silhouette {
  readonly size: number;
  readonly buffers: Buffers;
  readonly #picture: CropPicture;
  readonly #topology: Topology;

  constructor(template: Template, picture: CropPicture) {
    this.size = picture.size;
    this.#picture = picture;
    this.#topology = buildTopology(template.faces, template.vertexCount);
    this.buffers = createBuffers({
      vertexCount: template.vertexCount,
      faceCount: template.faceCount,
      pixelCount: picture.size ** 2,
    });
  }

  /** Fills `buffers` with the car of these vertices [V, 3] (car lengths) over the crop. */
  draw(vertices: Float64Array, camera: OrbitCamera, surface: Surface | null = null): void {
    const { size } = this;
    const window = { x: 0, y: 0, size };
    render(
      {
        width: size,
        height: size,
        camera: orbitCameraMatrix(camera, window),
        near,
        topology: this.#topology,
        vertices,
        cullBack: true,
        silhouette: null,
        surface,
      },
      this.buffers,
    );
  }

  /** Intersection over union of the silhouette with the mask, 0..1; pixels outside the photo don't count. */
  iou(vertices: Float64Array, camera: OrbitCamera): number {
    this.draw(vertices, camera);
    const drawn = this.buffers.mask;
    const { mask, valid } = this.#picture;
    let both = 0;
    let either = 0;
    for (let p = 0; p < mask.length; p++) {
      both += valid[p] * drawn[p] * mask[p];
      either += valid[p] * (drawn[p] + mask[p] - drawn[p] * mask[p]);
    }
    return either > 0 ? both / either : 0;
  }
}
