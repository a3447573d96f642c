// The smooth line through the points of a stroke.

const SHARP = 0.35; // cosine of a turn; a sharper turn is a corner

function tangent(a, b, c) {
	const x = b[0] - a[0], y = b[1] - a[1], u = c[0] - b[0], v = c[1] - b[1];
	const before = Math.hypot(x, y), after = Math.hypot(u, v);
	if (!before || !after || (x * u + y * v) / (before * after) < SHARP) return [0, 0];
	// No longer than the shorter neighbour, so that uneven spacing makes no loops.
	const scale = Math.min(before, after) / Math.hypot(x + u, y + v) / 3;
	return [(x + u) * scale, (y + v) * scale];
}

/** Béziers [c1x, c1y, c2x, c2y, x, y] between the points: a Catmull-Rom spline, which passes through every one of them. */
export function curve(points) {
	const last = points.length - 1;
	const tangents = points.map((at, i) => i && i < last ? tangent(points[i - 1], at, points[i + 1]) : [0, 0]);
	return points.slice(1).map(([x, y], i) => {
		const [[px, py], t, u] = [points[i], tangents[i], tangents[i + 1]];
		return [px + t[0], py + t[1], x - u[0], y - u[1], x, y];
	});
}

export function sample(points, n) {
	const out = [points[0]];
	curve(points).forEach((c, i) => {
		for (let k = 1; k <= n; k++) {
			const t = k / n, s = 1 - t;
			const at = (j) => s ** 3 * points[i][j] + 3 * s * s * t * c[j] + 3 * s * t * t * c[j + 2] + t ** 3 * c[j + 4];
			out.push([at(0), at(1)]);
		}
	});
	return out;
}
