// Draws strokes {points: [[x, y, pressure?], ...], width, erase}.
import { curve } from "./curve.js";

/** Draw a stroke; the context's transform maps its units to pixels. */
export function drawStroke(context, { points, width, erase }) {
	const pieces = points.length > 1 ? curve(points) : [[...points[0], ...points[0], ...points[0]]];
	const pressed = points.some((point) => point[2]);
	context.globalCompositeOperation = erase ? "destination-out" : "source-over";
	context.lineCap = context.lineJoin = "round";
	context.lineWidth = width;
	context.beginPath();
	context.moveTo(points[0][0], points[0][1]);
	pieces.forEach((piece, i) => {
		if (pressed) {
			context.lineWidth = width * (0.5 + (points[i][2] ?? 0.5));
			context.beginPath();
			context.moveTo(points[i][0], points[i][1]);
		}
		context.bezierCurveTo(...piece);
		if (pressed) context.stroke();
	});
	if (!pressed) context.stroke();
	context.globalCompositeOperation = "source-over";
}

/** The box around the ink, [left, top, right, bottom]; null where there is none. */
export function bounds(strokes) {
	const sides = [[], [], [], []];
	for (const { points, width, erase } of strokes) {
		if (!erase) for (const point of points) sides.forEach((side, i) => side.push(point[i % 2] + (i < 2 ? -width : width) / 2));
	}
	return sides[0].length ? sides.map((side, i) => side.reduce((a, b) => (i < 2 ? Math.min(a, b) : Math.max(a, b)))) : null;
}

export function thumbnail(strokes) {
	const width = 128, height = 80;
	const canvas = Object.assign(document.createElement("canvas"), { width, height });
	const context = canvas.getContext("2d");
	const [left, top, right, bottom] = bounds(strokes) ?? [0, 0, 1, 1];
	const scale = Math.min((width - 8) / (right - left), (height - 8) / (bottom - top), 400);
	context.setTransform(scale, 0, 0, scale, (width - scale * (left + right)) / 2, (height - scale * (top + bottom)) / 2);
	context.strokeStyle = "#5c78d8"; // visible in both themes
	for (const stroke of strokes) drawStroke(context, stroke);
	return canvas;
}
