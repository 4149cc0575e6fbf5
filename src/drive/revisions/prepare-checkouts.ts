import { existsSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../base/clock.ts";
import { DynoError } from "../../base/errors.ts";
import { type Checkout, called } from "./checkout.ts";
import { installKey } from "./install-key.ts";
import type { PlannedStep } from "./prepare-plan.ts";
import type { Repository } from "./repository.ts";
import { runShellStep } from "./shell-step.ts";

/** What commands need, and who hears of them. */
export interface PrepareOptions {
  readonly repository: Repository;
  readonly signal: AbortSignal;
  readonly onNote: (text: string) => void;
}

/**
 * Installs all, then builds all, one after the other: two would wait for the same cores. Throws a DynoError: `setup`
 * where a command fails, with what it wrote, or `aborted`.
 */
export async function prepareCheckouts(
  checkouts: readonly Checkout[],
  options: PrepareOptions,
): Promise<void> {
  const installed = new Map<string, Checkout>();
  for (const checkout of checkouts) {
    const key = await installKey(checkout.plan);
    const same = key === undefined ? undefined : installed.get(key);
    if (same === undefined) await install(checkout, options);
    else await takeOver(checkout, same, options);
    if (key !== undefined) installed.set(key, checkout);
  }
  for (const checkout of checkouts) await build(checkout, options);
}

async function install(checkout: Checkout, options: PrepareOptions): Promise<void> {
  const step = checkout.plan.install;
  if (step === undefined) return;
  const did = `installed with \`${step.command}\``;
  await runStep(checkout, step, { did, doesNot: "install" }, options);
}

/** A copy and not hard links: what a build writes into its packages must not show in the other's. */
async function takeOver(checkout: Checkout, same: Checkout, options: PrepareOptions): Promise<void> {
  const [from, to] = [same.plan.install?.dir ?? "", checkout.plan.install?.dir ?? ""];
  const packages = join(from, "node_modules");
  if (!existsSync(packages)) return install(checkout, options);
  const command = `cp -a '${packages.replaceAll("'", "'\\''")}' .`;
  const did = `took over what ${same.name} installed, from the same package.json and lock file,`;
  await runStep(checkout, { command, dir: to }, { did, doesNot: "install" }, options);
}

async function build(checkout: Checkout, options: PrepareOptions): Promise<void> {
  const step = checkout.plan.build;
  if (step === undefined) return;
  await runStep(checkout, step, { did: `built with \`${step.command}\``, doesNot: "build" }, options);
}

/** Installers that set hooks up would write them into the configuration that all worktrees share. */
const noHooks = { HUSKY: "0", SKIP_INSTALL_SIMPLE_GIT_HOOKS: "1" };

async function runStep(
  checkout: Checkout,
  { command, dir }: PlannedStep,
  words: { readonly did: string; readonly doesNot: string },
  { repository, signal, onNote }: PrepareOptions,
): Promise<void> {
  const startMicros = systemClock.nowMicros();
  const env = { ...repository.env, ...noHooks };
  const { failure, output } = await runShellStep({ command, dir, env, signal });
  if (failure === undefined) {
    const seconds = ((systemClock.nowMicros() - startMicros) / 1e6).toFixed(1);
    onNote(`${called(checkout)}: ${words.did} in ${seconds} s`);
    return;
  }
  const wrote = output.length === 0 ? ", and wrote nothing" : "; it wrote:";
  throw new DynoError(
    "setup",
    [
      `${called(checkout)} does not ${words.doesNot}: \`${command}\` ended with ${failure} in a checkout of its own${wrote}`,
      ...output.map((line) => `  ${line}`),
    ].join("\n"),
  );
}
