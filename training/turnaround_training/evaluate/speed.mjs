// Median milliseconds of groups of models in onnxruntime-node; the one argument is JSON: {repository, folder, threads,
// runs, groups: {name: [model, ...]}}. A group runs one model after the other on constant inputs.
import { createRequire } from 'node:module';
import path from 'node:path';

const { repository, folder, threads, runs, groups } = JSON.parse(process.argv[2]);
const ort = createRequire(path.join(repository, 'package.json'))('onnxruntime-node');

async function open(model) {
  const session = await ort.InferenceSession.create(path.join(folder, `${model}.onnx`), {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
  });
  const feeds = {};
  for (const { name, shape } of session.inputMetadata) {
    const dims = shape.map((size) => (typeof size === 'number' && size > 0 ? size : 1));
    const data = new Float32Array(dims.reduce((product, size) => product * size, 1)).fill(0.25);
    feeds[name] = new ort.Tensor('float32', data, dims);
  }
  return () => session.run(feeds);
}

const result = {};
for (const [name, models] of Object.entries(groups)) {
  const steps = await Promise.all(models.map(open));
  const times = [];
  for (let run = 0; run < runs + 2; run++) {
    const begun = performance.now();
    for (const step of steps) await step();
    if (run >= 2) times.push(performance.now() - begun);
  }
  times.sort((a, b) => a - b);
  result[name] = times[Math.floor(times.length / 2)];
}
process.stdout.write(JSON.stringify(result));
