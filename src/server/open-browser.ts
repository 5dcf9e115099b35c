import open from 'open';

/** Opens the user's browser; without one (a server, a container) the printed address is all there is to do. */
export async function openBrowser(url: string): Promise<void> {
  try {
    await open(url);
  } catch {
    console.log('No browser could be opened; open the address yourself.');
  }
}
