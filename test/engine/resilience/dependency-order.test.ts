import fc from "fast-check";
import { expect, test } from "vitest";
import { dependencyOrder } from "../../../src/engine/resilience/dependency-order.ts";

test("every name comes once, after all that it depends on", () => {
  const edges = fc.array(fc.tuple(fc.nat(12), fc.nat(12)), { maxLength: 40 });
  fc.assert(
    fc.property(edges, (pairs) => {
      const graph = new Map(Array.from({ length: 13 }, (_, i) => [`${i}`, [] as string[]]));
      for (const [a, b] of pairs) if (a !== b) graph.get(`${Math.min(a, b)}`)?.push(`${Math.max(a, b)}`);
      const order = dependencyOrder(graph);
      expect(order.toSorted()).toEqual([...graph.keys()].toSorted());
      for (const [name, dependencies] of graph) {
        for (const each of dependencies) expect(order.indexOf(each)).toBeLessThan(order.indexOf(name));
      }
    }),
  );
});

test.each([
  [{ a: ["a"] }, "breaker a: it depends on itself: a > a; take one dependsOn out"],
  [
    { api: ["shop"], shop: ["stock"], stock: ["db", "shop"], db: [] },
    "breaker shop: it depends on itself: shop > stock > shop; take one dependsOn out",
  ],
  [
    { shop: ["redsi"], redis: [] },
    "breaker shop: dependsOn names redsi, which is no breaker; did you mean redis?",
  ],
  [
    { shop: ["kafka"], redis: [] },
    "breaker shop: dependsOn names kafka, which is no breaker; declare it as well",
  ],
])("a circle is refused with its path, an unknown name with who names it: %o", (graph, message) => {
  expect(() => dependencyOrder(new Map(Object.entries(graph)))).toThrow(message);
});
