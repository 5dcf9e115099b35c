// Draws jobs from the Python side (/job) and sends raw pixels back (/picture) until there are no more.
import { loadCar, makeProbe } from '/page/car.js';
import { createStudio } from '/page/studio.js';

const IN_FLIGHT = 4;

const report = (path, body) => fetch(path, { method: 'POST', body: JSON.stringify(body) });

async function run() {
  const settings = await (await fetch('/settings')).json();
  const studio = createStudio(settings.size, settings.supersample);
  const cars = new Map();
  const sending = new Set();
  for (;;) {
    const response = await fetch('/job');
    if (response.status === 204) break;
    const job = await response.json();
    try {
      const id = job.car.id;
      if (!cars.has(id)) cars.set(id, id === 'probe' ? makeProbe() : await loadCar(job.car));
      await studio.prepare(cars.get(id), job);
    } catch (error) {
      await report('/skip', { key: job.key, car: job.car.id, message: String(error?.message ?? error) });
      continue;
    }
    for (const view of job.views) {
      const pixels = studio.draw(view);
      const promise = fetch(`/picture?key=${job.key}&view=${view.view}`, { method: 'POST', body: pixels });
      sending.add(promise);
      promise.finally(() => sending.delete(promise));
      if (sending.size >= IN_FLIGHT) await Promise.race(sending);
    }
  }
  await Promise.all(sending);
  await report('/finished', {});
}

run().catch((error) => report('/failed', { message: String(error?.stack ?? error) }));
