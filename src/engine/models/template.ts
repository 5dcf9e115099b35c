import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { StudioError } from '../../shared/errors.ts';
import { partNames, type Template } from '../../shared/template.ts';
import { parseSafetensors } from './safetensors.ts';

/** Reads and checks the template mesh (models/template.safetensors). Throws `model-missing` or `model-failed`. */
export async function loadTemplate(path: string): Promise<Template> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new StudioError('model-missing', `There is no template ${path}.`, 'Install Turnaround again.', {
      cause,
    });
  });
  return parseTemplate(bytes, path);
}

/** The template in these bytes; `name` is only used in messages. */
export function parseTemplate(bytes: Uint8Array, name: string): Template {
  const { tensors, metadata } = parseSafetensors(bytes, name);
  const broken = (what: string) =>
    new StudioError(
      'model-failed',
      `The template ${name} is not sound: ${what}.`,
      'Install Turnaround again.',
    );
  const floats = (key: string) => {
    const data = tensors.get(key)?.data;
    if (!(data instanceof Float32Array)) throw broken(`${key} is missing or not float32`);
    if (!data.every(Number.isFinite)) throw broken(`${key} holds values that are not finite`);
    return data;
  };
  const indices = (key: string, limit: number) => {
    const data = tensors.get(key)?.data;
    if (!(data instanceof Int32Array || data instanceof Uint32Array)) {
      throw broken(`${key} is missing or not int32`);
    }
    if (!data.every((value) => value >= 0 && value < limit)) throw broken(`${key} points outside the mesh`);
    return Uint32Array.from(data);
  };

  const vertices = floats('vertices');
  const vertexCount = vertices.length / 3;
  const faces = indices('faces', vertexCount);
  const faceCount = faces.length / 3;
  const uv = floats('uv');
  const mirror = indices('mirror', vertexCount);
  const parts = tensors.get('parts')?.data;
  const basis = floats('basis');
  const coefficientCount = basis.length / vertices.length;

  if (!Number.isInteger(vertexCount) || !Number.isInteger(faceCount) || faceCount === 0) {
    throw broken('its vertices or faces are not triples');
  }
  if (uv.length !== faceCount * 6) throw broken('uv is not [F, 3, 2]');
  if (uv.some((value) => value < 0 || value > 1)) throw broken('uv leaves [0, 1]');
  if (mirror.length !== vertexCount) throw broken('mirror is not [V]');
  if (mirror.some((other, i) => mirror[other] !== i)) throw broken('mirror is not its own inverse');
  if (!(parts instanceof Uint8Array) || parts.length !== faceCount) throw broken('parts is not uint8 [F]');
  if (parts.some((part) => part >= partNames.length)) throw broken('parts holds an unknown part');
  if (!Number.isInteger(coefficientCount)) throw broken('basis is not [K, V, 3]');
  return {
    vertexCount,
    faceCount,
    coefficientCount,
    vertices,
    faces,
    uv,
    mirror,
    parts,
    basis,
    typicalLengths: parseLengths(metadata.length_metres, broken),
  };
}

function parseLengths(text: string | undefined, broken: (what: string) => Error): Record<string, number> {
  try {
    return z.record(z.string(), z.number().min(0.5).max(30)).parse(JSON.parse(text ?? ''));
  } catch {
    throw broken('length_metres does not hold a length in metres for each body type');
  }
}
