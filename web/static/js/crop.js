// Crops the picture with a frame that is dragged or moved by arrow keys. A tap selects a mark instead.

const MIN_SIDE = 0.03; // smallest side of a crop, as a share of the picture's
const STEP = 0.02; // of an arrow key, in the same unit

const within = (value, low = 0, high = 1) => Math.min(Math.max(value, low), high);

/** `area` lies exactly over the picture. `on` is {tap(x, y), keep(box)}; all places are shares of the picture's sides. */
export class Crop {
	#box = null; // left, top, right, bottom
	#from = null; // where a drag began

	constructor(area, frame, on) {
		Object.assign(this, { frame, on });
		let dragged = false;
		const at = (event) => {
			const { left, top, width, height } = area.getBoundingClientRect();
			return [within((event.clientX - left) / width), within((event.clientY - top) / height)];
		};
		area.addEventListener("pointerdown", (event) => {
			if (event.button) return;
			this.#from = at(event);
			dragged = false;
			area.setPointerCapture(event.pointerId); // it may be lifted outside
		});
		// A drag would select the page's text.
		area.addEventListener("mousedown", (event) => event.preventDefault());
		area.addEventListener("pointermove", (event) => {
			const from = this.#from, to = at(event);
			if (!from) return;
			const [[left, right], [top, bottom]] = [0, 1].map((axis) => [from[axis], to[axis]].sort((a, b) => a - b));
			if (right - left < MIN_SIDE || bottom - top < MIN_SIDE) return;
			dragged = true;
			this.show([left, top, right, bottom]);
		});
		area.addEventListener("pointerup", () => {
			if (this.#from && dragged) frame.focus({ preventScroll: true });
			this.#from = null;
		});
		// Not before the click of a finger, which would press what the page has scrolled below it.
		area.addEventListener("click", (event) => dragged || on.tap(...at(event)));
		area.addEventListener("pointercancel", () => { this.#from = null; });
		frame.addEventListener("keydown", (event) => this.#key(event));
	}

	get shown() { return this.#box !== null; }

	show(box) {
		this.#box = box;
		if (!box) this.#from = null;
		if (!box && document.activeElement === this.frame) this.on.leave();
		this.frame.hidden = !box;
		if (!box) return;
		const [left, top, right, bottom] = box.map((side) => `${side * 100}%`);
		this.frame.style.inset = `${top} calc(100% - ${right}) calc(100% - ${bottom}) ${left}`;
	}

	/** The first press shows a frame, the second crops to it. */
	press() {
		if (this.shown) return this.#keep();
		this.show([0.1, 0.1, 0.9, 0.9]);
		this.frame.focus({ preventScroll: true });
	}

	#keep() {
		const box = this.#box;
		this.show(null);
		this.on.keep(box);
	}

	#key(event) {
		const [left, top, right, bottom] = this.#box;
		const way = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] }[event.key];
		if (event.key === "Enter") this.#keep();
		else if (event.key === "Escape") this.show(null);
		else if (!way) return;
		else if (event.shiftKey) this.show([left, top, within(right + way[0], left + MIN_SIDE), within(bottom + way[1], top + MIN_SIDE)]);
		else {
			const x = within(way[0], -left, 1 - right), y = within(way[1], -top, 1 - bottom);
			this.show([left + x, top + y, right + x, bottom + y]);
		}
		event.preventDefault();
		event.stopPropagation();
	}
}
