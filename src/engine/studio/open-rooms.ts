import type { StudioOptions } from '../studio.ts';
import type { Rooms } from './rooms.ts';
export async function openRooms(_options: StudioOptions): Promise<Rooms> {
  throw new Error('the rooms are not built yet');
}
