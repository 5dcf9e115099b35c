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

const free: MenuCommand[] = [
  'toggle-guessed',
  'view-all',
  'view-mesh',
  'view-neural',
  'view-photo',
  'shortcuts',
];

/** What the user hears of each command that is not done. */
function refusals(): Partial<Record<MenuCommand, string>> {
  return Object.fromEntries(
    menuCommandSchema.options.flatMap((command) => heard(command).map((message) => [command, message])),
  );
}

it('says why a command is not done while a task or a refinement runs; views change all the same', () => {
  const cancellable = 'Something is under way. Wait for it, or cancel it first.';
  const label = 'Reading the photo';
  const busy: [begin: () => void, message: string][] = [
    [() => useActivity.setState({ activity: { label, fraction: 0, cancel: () => {} } }), cancellable],
    [
      () => useActivity.setState({ activity: { label, fraction: 0, cancel: null } }),
      'Something is under way. Wait for it.',
    ],
    [() => useRefine.setState({ phase: 'running' }), cancellable],
  ];
  const refused = menuCommandSchema.options.filter((command) => ![...free, 'photo-view'].includes(command));
  for (const [begin, message] of busy) {
    begin();
    expect(refusals()).toEqual(Object.fromEntries(refused.map((command) => [command, message])));
    useActivity.setState({ activity: null });
  }
  expect(asked).toEqual([]);
  expect(useDialogs.getState().open).toBe('shortcuts');
});

it('says what is missing where a command has nothing to work on', () => {
  useDocument.setState({ document: null, canUndo: false, canRedo: false });
  const noCar = 'There is no car yet. Make one from a photo, or open a project.';
  expect(refusals()).toEqual({
    'save-project': noCar,
    'export-glb': noCar,
    'export-picture': noCar,
    refine: noCar,
    flip: noCar,
    'photo-view': noCar,
    undo: 'Nothing to undo.',
    redo: 'Nothing to redo.',
  });
  useDocument.setState({ document: { ...testDocument(), photo: null } });
  const noPhoto = 'This car has no photo. Make one from a photo first.';
  expect([heard('refine'), heard('photo-view')]).toEqual([[noPhoto], [noPhoto]]);
});

it('asks for a decision before another refinement', () => {
  useRefine.setState({ phase: 'proposal' });
  expect(heard('refine')).toEqual(['Accept or discard the refined car first.']);
});

it('does what is asked for when nothing runs', () => {
  expect(heard('open-project')).toEqual([]);
  expect(heard('export-picture')).toEqual([]);
  expect(asked).toEqual(['project']);
  expect(useDialogs.getState().open).toBe('export-picture');
});
