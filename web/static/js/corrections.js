// Corrections in the format that `make train` with `--extra FILE` reads.
import { bounds } from "./draw.js";

/** A random name, the same for all corrections on this device. */
export function writer(entries) {
	return entries[0]?.writer ?? Math.random().toString(36).slice(2, 10);
}

/** One JSON object a line, oldest first: {source, writer, label, strokes or image}. */
export function asLines(entries) {
	return entries.toReversed().map(({ id, ...line }) => `${JSON.stringify({ source: "page", ...line })}\n`).join("");
}

/**
 * The strokes inside a box, [[[x, y], ...], ...] scaled so that the longest side is 1, y down; null if one of them also
 * runs outside the box, or the eraser was used there.
 */
export function strokesOf(strokes, box) {
	const inside = ([x, y]) => x >= box[0] && x <= box[2] && y >= box[1] && y <= box[3];
	const touching = strokes.filter(({ points }) => points.some(inside));
	if (!touching.length || touching.some(({ points, erase }) => erase || !points.every(inside))) return null;
	const [left, top, right, bottom] = bounds(touching.map(({ points }) => ({ points, width: 0 })));
	const side = Math.max(right - left, bottom - top) || 1;
	const round = (value) => Math.round((value / side) * 1000) / 1000;
	return touching.map(({ points }) => points.map(([x, y]) => [round(x - left), round(y - top)]));
}
