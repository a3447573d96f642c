// Corrections last as long as their marks stay in place, however often these are read again.
import { said, SIGNS } from "./words.js";

/** A mark's place: its sides, in shares of the picture's or units of the drawing, and what ink is there. */
export function placeOf({ box: [x, y, width, height], page }, { size, file }, { strokes }, { reach }) {
	const shares = [x, y, x + width, y + height].map((side, i) => side / size[i % 2]);
	if (file) return { sides: shares, ink: page };
	const sides = shares.map((share, i) => (2 * share - 1) * reach[i % 2] + (i < 2 ? -0.01 : 0.01));
	const inside = ([x, y]) => x >= sides[0] && x <= sides[2] && y >= sides[1] && y <= sides[3];
	return { sides, ink: strokes.map(({ points }) => (points.every(inside) ? points.length : "")).join("") };
}

/** Whether the middle of a box lies in another. */
const lies = ([a, b, c, d], [left, top, right, bottom]) => Math.abs(a + c - left - right) < right - left && Math.abs(b + d - top - bottom) < bottom - top;

/** Whether the ink is the same, and the middle of each in the other; a point's box is a few pixels, and soon twice as high. */
const same = (one, other) => one.ink === other.ink && lies(one.sides, other.sides) && lies(other.sides, one.sides);

/** The corrections of the marks in these places, among those of a drawing or picture. */
export const labelsAt = ({ marked = [] }, places) => places.map((place) => marked.find((each) => same(each, place)));

/** The marks as corrected: `label`, and what it `was` read as. */
export const mended = (marks, labels) => marks.map((mark, i) => {
	const label = labels[i]?.label, sign = label in SIGNS ? label : null;
	return label ? { ...mark, label, was: said(mark), sign, digit: sign || label.length > 1 ? null : Number(label) } : mark;
});

// Where sides are after a turn by 90 degrees, or a crop.
export const turned = ([left, top, right, bottom]) => [1 - bottom, left, 1 - top, right];
export const cropped = (box) => (sides) => sides.map((side, i) => (side - box[i % 2]) / (box[i % 2 + 2] - box[i % 2]));
