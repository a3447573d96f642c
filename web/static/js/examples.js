// Example drawings to click.
import { sample } from "./curve.js";
import { thumbnail } from "./draw.js";

// Each glyph: its width, and its strokes; a point is x and y, in hundredths of its height.
const GLYPHS = {
	0: [0.8, "5002 2410 0642 1075 3497 5991 7759 7524 5704 4403"],
	"0/": [0.86, "5004 2412 0742 1073 3495 5989 7757 7424 5706 4405; 7908 4451 1094"],
	1: [0.4, "1020 2900 2950 2899"],
	4: [0.8, "5000 2834 0265 4065 7962; 5936 5669 5299"],
	5: [0.75, "2003 1624 1345 3840 6350 6974 5194 2699 0389; 2003 4603 7100"],
	7: [0.8, "0506 4205 7502 5740 4271 3399"],
	"7-": [0.8, "0506 4205 7502 5740 4271 3399; 2451 4650 6748"],
	9: [0.7, "6520 4602 1810 1033 3048 5538 6520 6451 5779 4899"],
	F: [0.75, "1200 1050 0699; 1202 4001 7100; 1046 3245 5543"],
};

const EXAMPLES = [
	["A number: 407", ["4", "0", "7"]],
	["European digits: 170", ["1", "7-", "0/"]],
	["Two lines: 95 and 41", ["9", "5"], ["4", "1"]],
	["A letter, not a digit: F", ["F"]],
];
const GAP = 0.42, LEADING = 1.45;

/** A button for each; it calls `play(lines)`. */
export function showExamples(element, play) {
	for (const [name, ...lines] of EXAMPLES) {
		const button = Object.assign(document.createElement("button"), { title: name, ariaLabel: name });
		button.append(thumbnail(layOut(lines, [0.8, 0.5], 0.09)));
		button.addEventListener("click", () => play(lines));
		element.append(button);
	}
}

const points = (stroke) => stroke.split(" ").map((at) => [at.slice(0, 2) / 99, at.slice(2) / 99]);

/** The strokes of lines of glyphs in drawing units, for a sheet that reaches [x, y] from its middle. */
export function layOut(lines, [reachX, reachY], brush) {
	const widths = lines.map((line) => line.reduce((sum, name) => sum + GLYPHS[name][0] + GAP, -GAP));
	const rows = 1 + LEADING * (lines.length - 1);
	const size = Math.min((reachX * 1.6) / Math.max(...widths), (reachY * (lines.length > 1 ? 1.6 : 1)) / rows);
	return lines.flatMap((line, row) => {
		let x = -widths[row] / 2;
		return line.flatMap((name, i) => {
			const left = x;
			const top = row * LEADING - rows / 2 + 0.05 * Math.sin(3 * i + row); // no hand writes quite level
			x += GLYPHS[name][0] + GAP;
			return GLYPHS[name][1].split("; ").map((stroke) => ({
				width: brush,
				points: sample(points(stroke).map(([px, py]) => [(left + px - 0.06 * py) * size, (top + py) * size]), 8),
			}));
		});
	});
}
