/**
 * The engine as users run it: compiled by tsc. The loader that runs the bench's own TypeScript wraps every named
 * function that is created, which costs a hot path several per cent.
 */
const url = new URL("../dist/engine/engine.js", import.meta.url).href;

/** `createEngine` from the build. */
export const { createEngine } = (await import(url)) as typeof import("../src/engine/engine.ts");
