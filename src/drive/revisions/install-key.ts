import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { PreparePlan } from "./prepare-plan.ts";

/** Scripts of the package's own that npm runs in an install; they may make anything of any file. */
const installScripts = /"(preinstall|install|postinstall|prepublish|preprepare|prepare|postprepare)"\s*:/;

/** Packages that lie in the repository itself, as links, folders or archives. */
const localPackages = /"link"\s*:\s*true|"file:/;

/**
 * What an install is made from: two with the same key give the same `node_modules`. Undefined where more than the
 * manifests decides, as with a command of the user's, workspaces, `file:` dependencies or install scripts, and for
 * pnpm and yarn, which share packages by themselves.
 */
export async function installKey(plan: PreparePlan): Promise<string | undefined> {
  const { install, lockFile } = plan;
  if (install === undefined || plan.isInstallGiven || !lockFile?.endsWith(".json")) return undefined;
  const [manifest, lock, settings] = await Promise.all(
    [join(install.dir, "package.json"), lockFile, join(install.dir, ".npmrc")].map((path) =>
      readFile(path, "utf8").catch(() => ""),
    ),
  );
  if (manifest === undefined || lock === undefined) return undefined;
  if (installScripts.test(manifest) || manifest.includes('"workspaces"')) return undefined;
  if (localPackages.test(manifest) || localPackages.test(lock)) return undefined;
  return JSON.stringify([manifest, lock, settings]);
}
