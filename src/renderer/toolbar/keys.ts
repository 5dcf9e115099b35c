import type { MenuCommand } from '../../shared/bridge.ts';
import { keysOf } from '../actions/shortcuts.ts';

const mac = navigator.userAgent.includes('Mac OS');

/** A command's keys as this machine's user knows them; empty without keys. */
export const keys = (command: MenuCommand): string => keysOf(command, mac);
