import { type ChildProcess, fork } from 'node:child_process';
import { EventEmitter } from 'node:events';
import type { ForkOptions, MessagePortMain, UtilityProcess } from 'electron';
import { asPortDouble, type PortDouble } from './ports.ts';

/** What passes between the double's parent and the utility process; ports are numbered. */
export type UtilityMessage =
  | { kind: 'message'; data: unknown; ports: number[] }
  | { kind: 'port-message'; port: number; data: unknown }
  | { kind: 'port-close'; port: number };

/** For specs: the processes forked so far, and a module that stands in for the engine that main asks for. */
export const utilityProcesses = {
  all: [] as UtilityProcessDouble[],
  standIn: null as string | null,
};

/** A Node process in which `process.parentPort` is what Electron's utility process has (parent-port.ts). */
class UtilityProcessDouble
  extends EventEmitter
  implements Pick<UtilityProcess, 'postMessage' | 'kill' | 'pid'>
{
  readonly args: readonly string[];
  readonly #child: ChildProcess;
  readonly #ports = new Map<number, PortDouble>();
  #nextPort = 1;

  constructor(modulePath: string, args: string[]) {
    super();
    this.args = args;
    this.#child = fork(modulePath, args, {
      serialization: 'advanced',
      execArgv: ['--import', new URL('./utility-preload.mjs', import.meta.url).href],
    });
    this.#child.on('exit', (code) => this.emit('exit', code ?? 1));
    this.#child.on('message', (message) => this.#hear(message as UtilityMessage));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  postMessage(data: unknown, transfer: MessagePortMain[] = []): void {
    const ports = transfer.map((port) => this.#adopt(asPortDouble(port)));
    this.#send({ kind: 'message', data, ports });
  }

  kill(): boolean {
    return this.#child.kill('SIGKILL');
  }

  #adopt(port: PortDouble): number {
    const id = this.#nextPort++;
    this.#ports.set(id, port);
    port.transferTo({
      send: (data) => this.#send({ kind: 'port-message', port: id, data }),
      closed: () => this.#send({ kind: 'port-close', port: id }),
    });
    return id;
  }

  #send(message: UtilityMessage): void {
    if (this.#child.connected) this.#child.send(message);
  }

  #hear(message: UtilityMessage): void {
    if (message.kind === 'port-message') this.#ports.get(message.port)?.postMessage(message.data);
    if (message.kind === 'port-close') this.#ports.get(message.port)?.close();
    if (message.kind === 'message') this.emit('message', message.data);
  }
}

type UsedUtilityProcess = Pick<UtilityProcessDouble, 'postMessage' | 'kill' | 'once' | 'pid'>;

export const utilityProcess = {
  fork: (modulePath: string, args: string[] = [], _options?: ForkOptions): UsedUtilityProcess => {
    const child = new UtilityProcessDouble(utilityProcesses.standIn ?? modulePath, args);
    utilityProcesses.all.push(child);
    return child;
  },
};
