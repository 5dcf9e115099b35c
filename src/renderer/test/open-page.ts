import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { build } from 'vite';
import { launchChromium } from '../../../e2e/harness/chromium.ts';
import { portPair } from '../../engine/host/message-port.ts';
import { serve } from '../../server/serve.ts';
import type { Port } from '../../shared/port.ts';
import { serveStudio } from '../../shared/rpc.ts';
import { createFakeStudio, type FakeStudio } from './fake-studio.ts';

export interface PageServer {
  /** a new window on the page, and all that its console and its policy complain about */
  open(options?: {
    width?: number;
    height?: number;
    colorScheme?: 'dark' | 'light';
    reducedMotion?: 'reduce';
  }): Promise<{
    page: Page;
    complaints: string[];
  }>;
  studio: FakeStudio;
  /** ends every connection to the engine; new ones are taken */
  dropConnections(): void;
  close(): Promise<void>;
}

/** Builds the shipped page, serves it by the real server over a fake studio, and opens it in Chromium. */
export async function servePage(options: { empty?: boolean } = {}): Promise<PageServer> {
  const pageDir = await mkdtemp(join(tmpdir(), 'turnaround-page-'));
  await build({
    configFile: 'vite.renderer.config.ts',
    logLevel: 'warn',
    build: { outDir: pageDir, minify: false },
  });
  const studio = await createFakeStudio(options);
  const connections = new Set<Port>();
  const server = await serve({
    address: '127.0.0.1',
    port: 0,
    pageDir,
    connect() {
      const [engineSide, pageSide] = portPair();
      serveStudio(engineSide, studio.handlers, studio.events);
      connections.add(engineSide);
      return pageSide;
    },
  });
  const browser = await launchChromium();
  return {
    studio,
    dropConnections() {
      for (const connection of connections) connection.close();
      connections.clear();
    },
    async open({ width = 1440, height = 900, colorScheme = 'dark', reducedMotion } = {}) {
      const context = await browser.newContext({
        viewport: { width, height },
        colorScheme,
        ...(reducedMotion ? { reducedMotion } : {}),
      });
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      await page.goto(server.url);
      return { page, complaints };
    },
    async close() {
      await browser.close();
      await server.close();
      await rm(pageDir, { recursive: true, force: true });
    },
  };
}
