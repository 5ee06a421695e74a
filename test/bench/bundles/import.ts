/** `node import.ts <module>`: how long a process takes to load a function's module for the first time, in milliseconds. */
const begun = performance.now();
await import(process.argv[2] ?? '');
const took = performance.now() - begun;
process.stdout.write(String(took), () => process.exit());
