// Which marks were corrected. A correction lasts as long as its mark stays, however often it is read again.

const AIR = 0.01; // around a mark's box, in units of the drawing

/**
 * Where a mark is, whatever the size of the window: its sides [left, top, right, bottom] in shares of its picture's, or in
 * units of the drawing that `reach` to its edges; and `ink`, what is there.
 */
export function placeOf({ box: [x, y, width, height], page }, { size, file }, { strokes }, { reach }) {
	const shares = [x, y, x + width, y + height].map((side, i) => side / size[i % 2]);
	if (file) return { sides: shares, ink: page ?? 0 };
	const sides = shares.map((share, i) => (2 * share - 1) * reach[i % 2] + (i < 2 ? -AIR : AIR));
	const inside = ([x, y]) => x >= sides[0] && x <= sides[2] && y >= sides[1] && y <= sides[3];
	// Other ink at the same place is another mark.
	return { sides, ink: strokes.flatMap(({ points }) => (points.every(inside) ? points.length : [])).join() };
}

/** Where these sides are once the picture is turned by 90 degrees. */
export const turned = ([left, top, right, bottom]) => [1 - bottom, left, 1 - top, right];
/** Where they are once it is cropped to a box. */
export const cropped = (sides, box) => sides.map((side, i) => (side - box[i % 2]) / (box[i % 2 + 2] - box[i % 2]));

function same(one, other) {
	const area = ([left, top, right, bottom]) => Math.max(right - left, 0) * Math.max(bottom - top, 0);
	const both = area(one.sides.map((side, i) => (i < 2 ? Math.max : Math.min)(side, other.sides[i])));
	return one.ink === other.ink && both > (area(one.sides) + area(other.sides)) / 3; // over half of what they cover
}

/** Entries of corrected marks, for the drawing and for each picture. */
export class Labels {
	#of = new WeakMap();

	list(subject) { return this.#of.get(subject) ?? []; }
	restore(subject, list) { this.#of.set(subject, list); }

	/** The entries of marks at these places, by the mark's index. */
	find(subject, places) {
		const found = places.map((place) => this.list(subject).find((each) => same(each, place))?.entry);
		return new Map([...found.entries()].filter(([, entry]) => entry));
	}

	/** Give the mark at a place another entry, or none. */
	set(subject, place, entry) {
		const others = this.list(subject).filter((each) => !same(each, place));
		this.#of.set(subject, entry ? [...others, { ...place, entry }] : others);
	}
}
