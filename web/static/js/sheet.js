// The canvas: its size, its painting of the drawing, and the image that is sent.
import { bounds, drawStroke } from "./draw.js";

const LONGEST = 640; // pixels of the sent image's longer side; the model sees 20 of each digit

export class Sheet {
	unit = 1; // CSS pixels of one drawing unit
	#live = []; // strokes under the pen, not yet in the drawing
	#frame = 0;

	constructor(canvas, drawing) {
		Object.assign(this, { canvas, drawing });
		drawing.addEventListener("change", (event) => event.detail ? this.#fit() : this.#paint());
		document.documentElement.addEventListener("theme", () => this.#paint());
		new ResizeObserver(() => this.#resize()).observe(canvas);
		addEventListener("resize", () => this.#resize()); // new devicePixelRatio
		this.#resize();
	}

	get live() { return this.#live; }
	set live(strokes) {
		this.#live = strokes;
		this.#frame ||= requestAnimationFrame(() => this.#paint());
	}
	get empty() { return this.drawing.empty && this.#live.every((stroke) => stroke.erase); }

	get reach() { return [this.width / 2 / this.unit, this.height / 2 / this.unit]; }

	locate(x, y) {
		const box = this.canvas.getBoundingClientRect();
		return [(x - box.left - box.width / 2) / this.unit, (y - box.top - box.height / 2) / this.unit];
	}

	/** Black on white, about as large as on the screen. */
	image() {
		const scale = Math.min(1, LONGEST / Math.max(this.width, this.height));
		const canvas = document.createElement("canvas");
		canvas.width = Math.round(this.width * scale);
		canvas.height = Math.round(this.height * scale);
		const context = canvas.getContext("2d", { willReadFrequently: true });
		this.#ink(context, this.unit * scale, "#000");
		context.globalCompositeOperation = "destination-over";
		context.resetTransform();
		context.fillStyle = "#fff";
		context.fillRect(0, 0, canvas.width, canvas.height);
		return canvas;
	}

	#ink(context, unit, colour) {
		context.setTransform(unit, 0, 0, unit, context.canvas.width / 2, context.canvas.height / 2);
		context.strokeStyle = colour;
		for (const stroke of [...this.drawing.strokes, ...this.#live]) drawStroke(context, stroke);
	}

	#resize() {
		const { width, height } = this.canvas.getBoundingClientRect();
		const ratio = devicePixelRatio;
		if (!width || !height || (width === this.width && height === this.height && ratio === this.ratio)) return;
		Object.assign(this, { width, height, ratio });
		this.canvas.width = Math.round(width * ratio);
		this.canvas.height = Math.round(height * ratio);
		this.#fit();
		this.canvas.dispatchEvent(new Event("resized"));
	}

	/** A unit is the sheet's height, or less if what a wider sheet showed would not fit. */
	#fit() {
		const [across, down] = [0, 1].map((axis) => Math.max(0, ...this.drawing.strokes.map((stroke) => {
			const box = bounds([stroke]) ?? [0, 0, 0, 0];
			return Math.min(Math.max(-box[axis], box[axis + 2]), stroke.reach?.[axis] ?? Infinity);
		})));
		this.unit = Math.min(this.height, this.width / 2 / across, this.height / 2 / down);
		this.#paint();
	}

	#paint() {
		cancelAnimationFrame(this.#frame);
		this.#frame = 0;
		const context = this.canvas.getContext("2d");
		context.resetTransform();
		context.clearRect(0, 0, this.canvas.width, this.canvas.height);
		this.#ink(context, this.unit * this.ratio, getComputedStyle(this.canvas).color);
	}
}
