// The panels below the sheet.
import { asLines } from "./corrections.js";
import { thumbnail } from "./draw.js";
import { download } from "./kept.js";
import { asCsv } from "./result.js";
import { percent } from "./words.js";

/** A panel that counts stored entries, downloads them, and deletes them at a second press. */
function panel(element, kept, save, show = () => {}) {
	const [saves, forgets] = element.querySelectorAll(".acts button");
	saves.addEventListener("click", save);
	let armed = 0;
	forgets.addEventListener("click", () => {
		clearTimeout(armed);
		if (armed) {
			kept.clear();
			element.firstElementChild.focus(); // the button vanishes
		}
		armed = armed ? 0 : setTimeout(() => { armed = 0; update(); }, 4000);
		update();
	});
	const update = () => {
		forgets.textContent = armed ? "Press again to delete" : "Delete all";
		element.querySelector("b").textContent = kept.entries.length;
		element.classList.toggle("none", !kept.entries.length);
		if (element.open) show();
	};
	kept.addEventListener("change", update);
	element.addEventListener("toggle", update);
	update();
}

export function showCorrections(element, kept) {
	panel(element, kept, () => download("corrections.jsonl", "application/jsonl", asLines(kept.entries)));
}

/** @param open (strokes, marked) => show a kept drawing again, with its corrections */
export function showHistory(element, kept, open) {
	const list = element.querySelector("ol");
	panel(element, kept, () => download("readings.csv", "text/csv", csv(kept.entries)), () => {
		list.replaceChildren(...kept.entries.map((entry) => item(entry, open)));
	});
}

/** Keep a reading, or forget one without a text. A drawing that is kept already is not kept twice. */
export function record(past, id, text, digits, drawn, marked) {
	const round = (value) => Math.round(value * 1e4) / 1e4;
	const strokes = drawn?.map((each) => ({ ...each, points: each.points.map((point) => point.map(round)) })) ?? null;
	const form = JSON.stringify(strokes);
	const twin = drawn && past.entries.find((each) => JSON.stringify(each.strokes) === form);
	if (!text && past.entries.some((each) => each.id === id)) past.remove(id);
	if (!text || twin?.text === text) return;
	past.put({ id: twin?.id ?? id, text, lowest: Math.min(...digits.map(({ confidence }) => confidence)), strokes, marked });
}

function csv(entries) {
	const rows = entries.map(({ id, text, lowest, strokes, name = "picture", problem = "" }) =>
		[new Date(id).toISOString(), text, lowest?.toFixed(4) ?? "", strokes ? "drawing" : name, problem]);
	return `${asCsv([["time", "text", "lowest confidence", "from", "problem"], ...rows])}\r\n`;
}

function item({ id, text, lowest, strokes, marked, name = "Picture", problem }, open) {
	const line = document.createElement("li");
	const view = document.createElement(strokes ? "button" : "span");
	if (strokes) {
		view.ariaLabel = `Show the drawing of ${text} again`;
		view.append(thumbnail(strokes));
		view.addEventListener("click", () => open(strokes, marked));
	} else view.textContent = name;
	const time = new Date(id).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
	line.append(view, Object.assign(document.createElement("b"), { textContent: text }),
		`${time}, ${problem ?? (lowest === undefined ? "no digits" : `lowest confidence: ${percent(lowest)}`)}`);
	return line;
}
