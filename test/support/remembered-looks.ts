import { planLooks } from "../../src/judge/compare/looks.ts";

/** As `planLooks`, for simulations: levels do not depend on what is measured, and tests of the same plan share them. */
export function rememberLooks(): typeof planLooks {
  const levels = new Map<string, readonly number[]>();
  return (alpha, count, isPaired) => {
    let key = `${alpha} ${count}`;
    const seen: (readonly [number, number])[] = [];
    return {
      next: (pairs, fraction) => {
        key += ` ${pairs}/${fraction}`;
        seen.push([pairs, fraction]);
        const known = levels.get(key);
        if (known !== undefined) return known;
        // What was remembered did not move a test on: it is begun anew.
        const fresh = planLooks(alpha, count, isPaired);
        const last = seen.map(([n, share]) => fresh.next(n, share)).at(-1) ?? [];
        levels.set(key, last);
        return last;
      },
    };
  };
}
