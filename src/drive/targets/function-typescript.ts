import { register as registerHooks } from "node:module";

type ScopedImport = (specifier: string, parent: string) => Promise<unknown>;

let opened: Promise<ScopedImport> | undefined;

/**
 * Imports a TypeScript module by way of tsx, where Node itself cannot strip types. Rejects as `import()` does. Other modules of
 * this process are not concerned.
 */
export async function importTypeScript(url: string): Promise<unknown> {
  opened ??= openTsx();
  return (await opened)(url, import.meta.url);
}

async function openTsx(): Promise<ScopedImport> {
  const { register } = await import("tsx/esm/api");
  const scope = register({ namespace: "dyno" });
  registerHooks(`data:text/javascript,${encodeURIComponent(withoutNaming)}`);
  return scope.import;
}

/**
 * esbuild, in tsx, has every inner function named again whenever it is made, by Object.defineProperty: that makes a function
 * of two closures take 720 ns in place of 3. What is built for production does not, and neither does what is measured.
 */
const withoutNaming = `
  const naming = 'var __name=(target,value)=>__defProp(target,"name",{value,configurable:true});';
  export async function load(url, context, next) {
    const loaded = await next(url, context);
    if (!url.includes("tsx-namespace=dyno") || loaded.source == null) return loaded;
    return { ...loaded, source: String(loaded.source).replace(naming, "var __name=(target)=>target;") };
  }`;
