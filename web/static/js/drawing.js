// The drawing, with undo and redo.

/**
 * Strokes {points, width, erase, reach: the sheet's} in units of the sheet's height, from its middle. No list is changed in
 * place, so undo just brings back an older one. Fires "change"; `detail` is false if a stroke was only added.
 */
export class Drawing extends EventTarget {
	strokes = [];
	#past = [];
	#future = [];

	get empty() { return this.strokes.every((stroke) => stroke.erase); }
	get canUndo() { return this.#past.length > 0; }
	get canRedo() { return this.#future.length > 0; }

	set(strokes, replaced = true) {
		this.#past.push(this.strokes);
		this.#future = [];
		this.#show(strokes, replaced);
	}
	add(stroke) { this.set([...this.strokes, stroke], false); }
	clear() { if (this.strokes.length) this.set([]); }
	undo() { this.#travel(this.#past, this.#future); }
	redo() { this.#travel(this.#future, this.#past); }

	#travel(from, to) {
		if (!from.length) return;
		to.push(this.strokes);
		this.#show(from.pop(), true);
	}

	#show(strokes, replaced) {
		this.strokes = strokes;
		this.dispatchEvent(new CustomEvent("change", { detail: replaced }));
	}
}
