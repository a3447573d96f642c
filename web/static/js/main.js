// Connects the parts of the page.
import { Cards } from "./cards.js";
import { Crop } from "./crop.js";
import { strokesOf, writer } from "./corrections.js";
import { Drawing } from "./drawing.js";
import { layOut, showExamples } from "./examples.js";
import { readAll } from "./files.js";
import { Kept } from "./kept.js";
import { KeyboardPen, listenForShortcuts } from "./keyboard.js";
import { cropped, labelsAt, mended, placeOf, turned } from "./labels.js";
import { record, showCorrections, showHistory } from "./panels.js";
import { Picture, prepare, receivePictures } from "./picture.js";
import { followPointer } from "./pointer.js";
import { Reader } from "./reader.js";
import { Replay } from "./replay.js";
import { asCsv, copyAt, lightUp, markAt, showBoxes, showResult } from "./result.js";
import { describeModel, predict } from "./server.js";
import { Sheet } from "./sheet.js";
import { cellsOf, mendCell, showTable } from "./table.js";
import { said, SIGNS } from "./words.js";

const page = Object.fromEntries([...document.querySelectorAll("[id]")].map((each) => [each.id, each]));
const drawing = new Drawing();
const sheet = new Sheet(page.canvas, drawing);
const picture = new Picture(page.stage, page.picture);
const corrections = new Kept("corrections");
const past = new Kept("history", 100);

let shown = null; // the shown reading, with its job
let labels = []; // by the mark's index: its correction
let started = Date.now(), opened = 0; // ids of this drawing and this picture in the history

/** For a reload. */
function keep({ strokes, marked }) {
	try { sessionStorage.drawing = JSON.stringify({ strokes, marked, started }); } catch { /* no room, or blocked */ }
}

// Reading

const reader = new Reader(async (job, signal) => {
	if (job.file) Object.assign(job, await prepare(job.file));
	else {
		const canvas = sheet.image();
		job.size = [canvas.width, canvas.height];
		// Not toBlob, which waits for idle time: seconds on a busy device.
		const bytes = atob(canvas.toDataURL().split(",")[1]);
		job.blob = new Blob([Uint8Array.from(bytes, (byte) => byte.charCodeAt(0))], { type: "image/png" });
	}
	return predict(job.blob, job.table, signal);
}, { reading: showReading, problem: showProblem });

function read(when, job) {
	page.reading.ariaBusy = "true";
	reader[when](job);
}

async function showReading(reading, job) {
	if (page.problem.dataset.retry) page.problem.hidden = true;
	settle();
	if (job.file) {
		await picture.ready;
		if (picture.file !== job.file) return;
		job.size ??= picture.size;
	}
	const places = reading.digits.map((mark) => placeOf(mark, job, drawing, sheet));
	shown = { ...reading, job, places, strokes: drawing.strokes, steps: [] };
	labels = labelsAt(job.file ?? drawing, places);
	showTable(page.table, reading.cells);
	showMarks();
	labels.forEach((label, i) => label && mendCell(page.table, shown.marks, i));
	page.table.scrollIntoView({ block: "nearest" }); // does nothing while it is hidden
}

/** Show the marks and their text, as corrected. */
function showMarks() {
	const { text, digits, job } = shown, marks = shown.marks = mended(digits, labels);
	let index = 0;
	const final = text.replace(/\S/g, () => said(marks[index++]));
	cards.show(marks);
	showBoxes(page.overlay, job.file && !picture.seen ? [] : marks, job.size);
	showResult(page, final, shown, job.file ? "No digits were found in this picture." : "Nothing to read yet.");
	if (!sheet.live.length) record(past, job.id ?? started, final, digits, job.file ? null : drawing.strokes, labels.filter(Boolean));
	settle();
}

function showNothing(note) {
	shown = null;
	showTable(page.table);
	showResult(page, "", { marks: [] }, note);
	cards.show(labels = []);
	page.overlay.replaceChildren();
}

/** The drawing or the sheet's size has changed. */
function refresh() {
	started = drawing.strokes.started ??= started; // after Clear, Undo goes back to the drawing before
	keep(drawing);
	settle();
	if (picture.file) return;
	page.stage.classList.toggle("empty", sheet.empty);
	reader.invalidate();
	if (!sheet.empty) return read("now", {});
	if (page.problem.dataset.retry) page.problem.hidden = true; // nothing waits
	record(past, started, "");
	showNothing("Write on the sheet, drop a picture on it, or pick an example.");
}

function settle() {
	const at = document.activeElement;
	page.undo.disabled = !(picture.file ? picture.canUndo || shown?.steps.length : drawing.canUndo);
	page.redo.disabled = !(picture.file ? picture : drawing).canRedo;
	// A control that is hidden or disabled would leave the focus nowhere.
	if (at.disabled || !at.getClientRects().length) (picture.file ? page.stage : page.canvas).focus({ preventScroll: true });
}

// Problems

function showProblem({ message, retry }, job) {
	const [text, button] = page.problem.children;
	const kept = ` Your ${job.file ? "picture" : "drawing"} is kept and will be read as soon as the server answers.`;
	text.textContent = message + (retry ? kept : job.table ? " The picture is read without a table." : "");
	button.hidden = !retry;
	page.problem.dataset.retry = retry ? "yes" : "";
	page.problem.hidden = false;
	if (retry) showNothing("Waiting for the server.");
	else if (job.table) read("now", { ...job, table: "" });
	else if (job.file) closePicture();
	else showNothing("This drawing was not read.");
	settle();
}

page.problem.lastElementChild.addEventListener("click", () => reader.retry());

// Drawing

const tool = () => {
	const width = (page.brush.value / 100) * (sheet.height / sheet.unit);
	const erase = page.eraser.ariaPressed === "true";
	return { width: erase ? width * 2 : width, erase, reach: sheet.reach };
};
const pen = {
	start() {
		replay.finish();
		if (!page.problem.dataset.retry) page.problem.hidden = true;
		page.stage.classList.remove("empty");
		reader.invalidate();
	},
	move() { if (!sheet.empty) read("soon", {}); },
	say(text) { page.say.textContent = text; },
};
const replay = new Replay(sheet, pen.move);
const keyboard = new KeyboardPen(sheet, tool, pen);
followPointer(sheet, tool, pen);
drawing.addEventListener("change", refresh);
page.canvas.addEventListener("resized", () => drawing.empty || refresh());

/** Finish keyboard strokes and replays before the drawing changes. */
function finishStrokes() {
	keyboard.lift();
	replay.finish();
}

function closePicture() {
	crop.show(null);
	zoom(false);
	picture.hide();
	refresh();
}

const act = {
	undo() {
		finishStrokes();
		const step = shown?.strokes === drawing.strokes && shown.steps.pop();
		if (step) correct(...step);
		else if (picture.undo()) readPicture();
		else if (!picture.file) drawing.undo();
	},
	redo() {
		finishStrokes();
		if (picture.redo()) readPicture();
		else if (!picture.file) drawing.redo();
	},
	clear() {
		finishStrokes();
		page.problem.hidden = true;
		if (page.eraser.ariaPressed === "true") act.eraser(); // of a blank sheet it takes nothing
		started = Date.now();
		drawing.clear();
		if (picture.file) closePicture();
		else refresh();
	},
	escape() { crop.shown ? crop.show(null) : act.clear(); },
	eraser() {
		const on = page.eraser.ariaPressed !== "true";
		page.eraser.ariaPressed = String(on);
		page.stage.classList.toggle("erasing", on);
	},
	brush(steps = 0) {
		page.brush.stepUp(steps);
		page.brush.parentElement.style.setProperty("--brush", page.brush.value);
	},
};
for (const name of ["undo", "redo", "clear", "eraser"]) page[name].addEventListener("click", act[name]);
page.brush.addEventListener("input", () => act.brush());
act.brush();
listenForShortcuts(page.canvas, act);

// Pictures

/** Zoom in, or show the whole picture. */
function zoom(on) {
	page.stage.classList.toggle("zoomed", on);
	page.zoom.ariaPressed = String(on);
	page.stage.tabIndex = on ? 0 : -1;
	lightUp(page.overlay, -1);
}

function readPicture() {
	page.problem.hidden = true;
	reader.invalidate();
	crop.show(null);
	page.stage.classList.remove("empty");
	showNothing("Reading the picture …");
	settle();
	// Only a picture that the browser can show can be edited.
	picture.ready.then(() => { for (const each of [page.turn, page.crop, page.zoom]) each.disabled = !picture.seen; });
	zoom(false);
	const [rows, columns] = [page.rows, page.columns].map((input) => input.checkValidity() && input.value);
	read("now", { id: opened, file: picture.file, table: rows && columns ? `&table=${rows}x${columns}` : "" });
}
page.edit.addEventListener("change", ({ target }) => target.reportValidity() && picture.file && readPicture());

receivePictures([page.file, page.camera], page.stage, (files) => {
	if (files.length > 1) return readAll(files, page, past);
	finishStrokes();
	opened = Date.now();
	picture.show(files[0]);
	readPicture();
});
const crop = new Crop(page.area, page.frame, {
	tap(x, y) {
		const [width, height] = shown?.job.size ?? [0, 0];
		cards.focus((shown?.digits ?? []).findIndex(({ box: [left, top, wide, high], page: at }) =>
			!at && left <= x * width && x * width <= left + wide && top <= y * height && y * height <= top + high));
	},
	leave() { page.crop.focus({ preventScroll: true }); },
	keep(box) { edit(() => picture.crop(box), cropped(box)); },
});
page.crop.addEventListener("click", () => crop.press());
page.turn.addEventListener("click", () => edit(() => picture.turn(), turned));

/** Turn or crop the picture; `move` gives the sides that a corrected mark then has. */
async function edit(change, move) {
	await picture.ready;
	const before = picture.seen && await change();
	if (!before) return;
	picture.file.marked = before.marked?.map((each) => ({ ...each, sides: move(each.sides) }));
	readPicture();
}
page.zoom.addEventListener("click", () => zoom(!page.stage.classList.contains("zoomed")));
page.back.addEventListener("click", closePicture);
page.reading.addEventListener("click", ({ clientX, clientY }) => cards.focus(markAt(page.reading, clientX, clientY)));

// Examples

showExamples(page.examples, (lines) => {
	act.clear();
	page.stage.classList.remove("empty");
	replay.play(layOut(lines, sheet.reach, tool().width));
});

// Cards, corrections, history

const cards = new Cards(page, {
	light: (index, near) => lightUp(page.overlay, index, near),
	async explain() {
		const { job } = shown;
		try {
			job.explained ??= predict(job.blob, "&explain=1");
			return (await job.explained).digits.map(({ heat }) => heat);
		} catch (problem) {
			job.explained = null;
			page.note.textContent = problem.message + (problem.retry ? " Try again." : "");
		}
	},
	correct(index, label) {
		shown.steps.push([index, labels[index]?.label ?? ""]);
		correct(index, label);
	},
});

function correct(index, label) {
	const { digits, job, places } = shown, whole = job.file ?? drawing;
	const entry = { id: labels[index]?.id ?? Date.now(), writer: writer(corrections.entries), label };
	// Not kept: the classifier must not learn that a slash, which may look like a 1, is not a digit.
	const sign = label in SIGNS;
	if (!label || sign) corrections.remove(entry.id);
	// What to train on: the strokes of the mark, or else the image that the model saw.
	const strokes = job.file ? null : strokesOf(drawing.strokes, places[index].sides);
	const evidence = strokes ? { strokes } : { image: digits[index].input.split(",")[1] };
	const full = label && !sign && !corrections.put({ ...entry, ...evidence });
	const others = (whole.marked ?? []).filter((each) => each !== labels[index]);
	whole.marked = label ? [...others, { ...entry, ...places[index] }] : others;
	labels = labelsAt(whole, places);
	keep(drawing);
	showMarks();
	mendCell(page.table, shown.marks, index);
	if (full) page.note.textContent = "No room to keep corrections: download them before you leave.";
}

showCorrections(page.corrections, corrections);
showHistory(page.history, past, (strokes, marked = []) => {
	act.clear();
	drawing.marked = [...marked, ...(drawing.marked ?? []).filter((each) => marked.every(({ id }) => id !== each.id))];
	drawing.set([...strokes]);
	page.canvas.focus();
});
// If there is a table, both copy it.
const copied = () => (page.table.hidden ? page.reading.textContent.split("\n").map((line) => line.split(/ +/)) : cellsOf(page.table));
copyAt(page.copy, () => copied().map((row) => row.join(page.table.hidden ? " " : "\t")).join("\n"), pen.say);
copyAt(page.csv, () => asCsv(copied()), pen.say);
describeModel().then((text) => { page.model.textContent = text; }, () => {});
// After a reload, or if a phone has closed the tab.
let before = {};
try { before = JSON.parse(sessionStorage.drawing); } catch { /* nothing, or blocked */ }
if (before.strokes?.length) {
	({ marked: drawing.marked, started } = before);
	drawing.set(before.strokes);
} else refresh();
