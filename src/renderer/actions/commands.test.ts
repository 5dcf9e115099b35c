import { beforeEach, expect, it } from 'vitest';
import { type MenuCommand, menuCommandSchema } from '../../shared/bridge.ts';
import type { Host } from '../host.ts';
import { useActivity } from '../state/activity.ts';
import { useDialogs } from '../state/dialogs.ts';
import { useDocument } from '../state/document.ts';
import { useNotifications } from '../state/notifications.ts';
import { idleRefinement, useRefine } from '../state/refine.ts';
import { testDocument } from '../test/test-document.ts';
import { runCommand } from './commands.ts';

let asked: string[];
const host: Host = {
  connect: () => Promise.reject(new Error('no engine')),
  async openFile(kind) {
    asked.push(kind);
    return null;
  },
  saveFile: async () => false,
  setTitle() {},
  onMenuCommand: () => () => {},
};

beforeEach(() => {
  asked = [];
  useActivity.setState({ activity: null });
  useRefine.setState(idleRefinement);
  useDialogs.setState({ open: null });
  useDocument.setState({ document: testDocument(), canUndo: true, canRedo: true });
});

/** What the user hears at once of a command. */
function heard(command: MenuCommand): string[] {
  useNotifications.setState({ list: [] });
  runCommand(command, host);
  return useNotifications.getState().list.map(({ message }) => message);
}

const underWay = 'Something is under way. Wait for it, or cancel it first.';
const free: MenuCommand[] = [
  'toggle-guessed',
  'photo-view',
  'view-all',
  'view-mesh',
  'view-neural',
  'view-photo',
  'shortcuts',
];

it('says why a command is not done while a task or a refinement runs; views change all the same', () => {
  const busy = [
    () => useActivity.setState({ activity: { label: 'Reading the photo', fraction: 0, cancel: null } }),
    () => useRefine.setState({ phase: 'running' }),
  ];
  for (const begin of busy) {
    begin();
    const told = menuCommandSchema.options.map((command) => [command, heard(command)]);
    expect(told).toEqual(
      menuCommandSchema.options.map((command) => [command, free.includes(command) ? [] : [underWay]]),
    );
    useActivity.setState({ activity: null });
  }
  expect(asked).toEqual([]);
  expect(useDialogs.getState().open).toBe('shortcuts');
});

it('does what is asked for when nothing runs', () => {
  expect(heard('open-project')).toEqual([]);
  expect(heard('export-picture')).toEqual([]);
  expect(asked).toEqual(['project']);
  expect(useDialogs.getState().open).toBe('export-picture');
});
