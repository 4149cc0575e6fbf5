/** Variables of the environment by name. */
export type Variables = Readonly<Record<string, string | undefined>>;

/**
 * What binds git to one repository (`git rev-parse --local-env-vars`), as a hook hands it to what it starts. GIT_CONFIG_*
 * stay: a machine sets them on purpose, such as safe.directory.
 */
const ofOneRepository = new Set([
  "GIT_ALTERNATE_OBJECT_DIRECTORIES",
  "GIT_COMMON_DIR",
  "GIT_CONFIG_PARAMETERS",
  "GIT_DIR",
  "GIT_GRAFT_FILE",
  "GIT_IMPLICIT_WORK_TREE",
  "GIT_INDEX_FILE",
  "GIT_INTERNAL_SUPER_PREFIX",
  "GIT_NO_REPLACE_OBJECTS",
  "GIT_OBJECT_DIRECTORY",
  "GIT_PREFIX",
  "GIT_QUARANTINE_PATH",
  "GIT_REPLACE_REF_BASE",
  "GIT_SHALLOW_FILE",
  "GIT_WORK_TREE",
]);

/** What makes Node watch itself, which costs time. */
const ofDebuggers = new Set(["NODE_INSPECT_RESUME_ON_START", "NODE_V8_COVERAGE", "VSCODE_INSPECTOR_OPTIONS"]);

/** Settings of npm that say where packages come from; a surrounding `npm run` hands on these and all others. */
const ofPackageSources =
  /^npm_config_(registry|cache|userconfig|offline|https?_proxy|proxy|noproxy|ca|cafile|strict_ssl|.*[:@/].*)$/;

const debugFlag = /^--(inspect|debug|cpu-prof|heap-prof|prof\b)/;

/**
 * The environment for a process that works in a revision's own folder: that of dyno, without what ties it to dyno's own
 * folder. Left out are the variables that bind git to a repository, what a surrounding `npm run` or `npx` adds (also
 * its `node_modules/.bin` on the PATH), and what makes Node debug, profile or record coverage.
 */
export function environmentOfChild(env: Variables): Record<string, string> {
  const isInNpm = env.npm_execpath !== undefined || env.npm_lifecycle_event !== undefined;
  const kept = Object.entries(env).filter((entry): entry is [string, string] => {
    const [name, value] = entry;
    return value !== undefined && !isLeft(name);
  });
  const child: Record<string, string> = Object.fromEntries(kept);
  if (isInNpm && child.PATH !== undefined) child.PATH = withoutPackageBins(child.PATH);
  if (child.NODE_OPTIONS !== undefined) child.NODE_OPTIONS = withoutDebugging(child.NODE_OPTIONS);
  if (child.NODE_OPTIONS === "") delete child.NODE_OPTIONS;
  return child;
}

function isLeft(name: string): boolean {
  if (name.startsWith("npm_")) return !ofPackageSources.test(name);
  return name === "INIT_CWD" || ofOneRepository.has(name) || ofDebuggers.has(name);
}

function withoutPackageBins(path: string): string {
  return path
    .split(":")
    .filter((folder) => !/\/node_modules\/\.bin\/?$|\/node-gyp-bin\/?$/.test(folder))
    .join(":");
}

/** Node parts its options at spaces outside of quotes; a value may stand behind its flag, or a module behind --require. */
function withoutDebugging(options: string): string {
  const words = options.match(/(?:"(?:\\.|[^"])*"|[^\s"])+/g) ?? [];
  const kept: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? "";
    const next = words[i + 1] ?? "";
    if (debugFlag.test(word)) {
      if (!word.includes("=") && takesValue(word)) i++;
    } else if (/^(-r|--require|--import)$/.test(word) && isDebugger(next)) i++;
    else if (!(word.startsWith("--require=") || word.startsWith("--import=")) || !isDebugger(word)) {
      kept.push(word);
    }
  }
  return kept.join(" ");
}

const takesValue = (flag: string): boolean =>
  /^--(inspect-port|debug-port|inspect-publish-uid|(cpu|heap)-prof-(dir|name|interval))$/.test(flag);

/** What an editor puts before every Node process to attach its debugger. */
const isDebugger = (module: string): boolean => /js-debug|debugConnector|node-debug/.test(module);
