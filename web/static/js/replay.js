// Replays strokes at the speed of a hand.

const SPEED = 2.6; // sheet heights a second
const LIFT = 0.09; // seconds between two strokes
const LONGEST = 2.6; // seconds of a replay

/** Plays strokes on the sheet, calling `onMove`; at the end adds them to the drawing. */
export class Replay {
	#frame = 0;
	#strokes = null;

	constructor(sheet, onMove) { Object.assign(this, { sheet, onMove }); }

	play(strokes) {
		this.finish();
		this.#strokes = strokes;
		if (matchMedia("(prefers-reduced-motion: reduce)").matches) return this.finish();
		const spans = strokes.map(({ points }) => LIFT + length(points) / SPEED);
		const total = spans.reduce((a, b) => a + b);
		const pace = Math.max(1, total / LONGEST), began = performance.now();
		const step = () => {
			let left = ((performance.now() - began) / 1000) * pace;
			if (left >= total) return this.finish();
			this.sheet.live = strokes.flatMap((stroke, i) => {
				const share = left / spans[i];
				left -= spans[i];
				return share > 0 ? [{ ...stroke, points: stroke.points.slice(0, Math.ceil(share * stroke.points.length)) }] : [];
			});
			this.onMove();
			this.#frame = requestAnimationFrame(step);
		};
		this.#frame = requestAnimationFrame(step);
	}

	finish() {
		cancelAnimationFrame(this.#frame);
		const strokes = this.#strokes;
		if (!strokes) return;
		this.#strokes = null;
		this.sheet.live = [];
		this.sheet.drawing.set(strokes);
	}
}

function length(points) {
	return points.slice(1).reduce((sum, [x, y], i) => sum + Math.hypot(x - points[i][0], y - points[i][1]), 0);
}
