import { beforeEach, expect, it } from 'vitest';
import { StudioError } from '../../shared/errors.ts';
import { tell, tellError, useNotifications } from './notifications.ts';

beforeEach(() => useNotifications.setState({ list: [] }));

const shown = () => useNotifications.getState().list.map(({ message }) => message);
const fail = (message: string) => tellError(new StudioError('disk-full', message, 'Free some space.'));

it('shows the newest four, and nothing twice', () => {
  for (const message of ['a', 'b', 'c', 'd', 'e', 'c']) tell(message);
  expect(shown()).toEqual(['b', 'd', 'e', 'c']);
});

it('keeps errors while infos come, and shows the newest info beside four of them', () => {
  fail('first');
  for (const message of ['a', 'b', 'c', 'd']) tell(message);
  expect(shown()).toEqual(['first', 'b', 'c', 'd']);
  for (const message of ['second', 'third', 'fourth']) fail(message);
  expect(shown()).toEqual(['first', 'd', 'second', 'third', 'fourth']);
  tell('e');
  expect(shown()).toEqual(['first', 'second', 'third', 'fourth', 'e']);
});

it('gives the place of the oldest error to a newer one only', () => {
  for (const message of ['first', 'second', 'third', 'fourth', 'fifth']) fail(message);
  expect(shown()).toEqual(['second', 'third', 'fourth', 'fifth']);
});
