/** Ctrl-C, or being asked to end: whatever runs is told, tidies up and ends. A second time ends at once. */
const controller = new AbortController();

export const interruption = controller.signal;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => controller.abort(new Error('Interrupted.')));
}
