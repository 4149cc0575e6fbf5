import { charts } from "./charts.ts";
import { cursor } from "./cursor.ts";
import { network } from "./network.ts";
import { page } from "./page.ts";
import { stretch } from "./stretch.ts";
import { zoom } from "./zoom.ts";

/**
 * The script of every report, as text: theme, downloads, sorting, and charts with a cursor, zoom and series that can be
 * hidden. Everything reads well without it. Its parts share one scope, in this order.
 */
export const script = `(() => {
${[page, charts, stretch, zoom, cursor, network].map((part) => part.trim()).join("\n")}
})();`;
