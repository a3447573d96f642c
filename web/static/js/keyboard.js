// Drawing with the keyboard, and the shortcuts.

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const STEP = 0.05, SMALL = 0.0125; // of the sheet's height

/** A pen moved by keys; `on` is {start, move, say(text)}. */
export class KeyboardPen {
	#at = [0, -0.25];
	#stroke = null;
	#mark = Object.assign(document.createElement("i"), { className: "pen", hidden: true });

	constructor(sheet, tool, on) {
		Object.assign(this, { sheet, tool, on });
		const { canvas } = sheet;
		canvas.after(this.#mark);
		canvas.addEventListener("keydown", (event) => this.#key(event));
		canvas.addEventListener("focus", () => canvas.matches(":focus-visible") && this.#show());
		for (const name of ["blur", "pointerdown"]) {
			canvas.addEventListener(name, () => {
				this.lift();
				this.#mark.hidden = true;
			}, true);
		}
	}

	#key(event) {
		const arrow = ARROWS[event.key];
		if (event.ctrlKey || event.metaKey || event.altKey || !(arrow || event.key === " ")) return;
		event.preventDefault();
		if (arrow) this.#move(arrow, event.shiftKey ? SMALL : STEP);
		else if (this.#stroke) this.lift();
		else this.#lower();
	}

	#move(arrow, step) {
		const { reach } = this.sheet;
		this.#at = this.#at.map((v, i) => Math.max(-reach[i], Math.min(reach[i], v + arrow[i] * step)));
		this.#show();
		if (!this.#stroke) return;
		this.#stroke.points.push(this.#at);
		this.sheet.live = [this.#stroke];
		this.on.move();
	}

	#lower() {
		this.on.start();
		this.#stroke = { points: [this.#at], ...this.tool() };
		this.sheet.live = [this.#stroke];
		this.#show();
		this.on.say("Pen down");
		this.on.move();
	}

	lift() {
		const stroke = this.#stroke;
		if (!stroke) return;
		this.#stroke = null;
		this.sheet.live = [];
		this.sheet.drawing.add(stroke);
		this.#show();
		this.on.say("Pen up");
	}

	#show() {
		const [x, y] = this.#at.map((v, i) => `${50 + (50 * v) / this.sheet.reach[i]}%`);
		Object.assign(this.#mark.style, { left: x, top: y });
		this.#mark.classList.toggle("down", Boolean(this.#stroke));
		this.#mark.hidden = false;
	}
}

/** Single letters work only on the sheet, and nothing in a field, where the browser undoes. */
export function listenForShortcuts(canvas, { undo, redo, escape, eraser, brush }) {
	const edits = ({ target }) => target.matches("[type=number], [contenteditable]");
	addEventListener("keydown", (event) => {
		// Of other alphabets, what the key is on a Latin keyboard.
		const key = (event.key > "~" ? event.code.replace("Key", "") : event.key).toLowerCase();
		let act = null;
		if (event.defaultPrevented || event.altKey || edits(event)) return;
		if (event.ctrlKey || event.metaKey) act = { z: event.shiftKey ? redo : undo, y: redo }[key];
		else if (key === "escape") act = event.target.matches("select") ? null : escape;
		else if (document.activeElement === canvas) act = { e: eraser, "[": () => brush(-1), "]": () => brush(1) }[key];
		if (!act) return;
		event.preventDefault();
		act();
	});
	// A spreadsheet copies cells as text and as a picture.
	document.addEventListener("paste", (event) => {
		if (edits(event) && event.clipboardData.types.includes("text/plain")) event.stopPropagation();
	});
}
