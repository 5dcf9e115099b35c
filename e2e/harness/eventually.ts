/** Asks until the answer is true; for what has no event to wait for. Throws after `timeout` ms. */
export async function eventually(question: () => Promise<boolean>, timeout = 30_000): Promise<void> {
  const end = Date.now() + timeout;
  while (!(await question())) {
    if (Date.now() > end) throw new Error(`not within ${timeout} ms: ${question}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
