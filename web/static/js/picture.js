// A picture instead of a drawing: a chosen file, or from camera, drop or clipboard.
import { checkReadable, HEAVY, Problem } from "./server.js";

const MOST_BYTES = 9_500_000; // the server takes 10 MB
const MOST_PIXELS = 40_000_000; // that the server takes
const SIDE = 2000; // pixels: the server reduces a longer side of twice as many, by a whole number

export function receivePictures(inputs, stage, take) {
	for (const input of inputs) {
		input.addEventListener("change", () => {
			if (input.files.length) take([...input.files]);
			input.value = ""; // the same file may be chosen again
		});
	}
	const takeFrom = (event, { files }) => {
		stage.classList.remove("drop");
		if (!files.length) return;
		event.preventDefault();
		take([...files]);
	};
	addEventListener("paste", (event) => takeFrom(event, event.clipboardData));
	// Anywhere: a drop beside the sheet would replace the page.
	addEventListener("drop", (event) => takeFrom(event, event.dataTransfer));
	addEventListener("dragover", (event) => {
		if (!event.dataTransfer.types.includes("Files")) return;
		event.preventDefault();
		stage.classList.add("drop");
	});
	addEventListener("dragleave", (event) => event.relatedTarget || stage.classList.remove("drop"));
}

/** Check a file, reduce a large photo, convert AVIF and HEIC: {blob, size}; no size if unchanged. Throws a Problem. */
export async function prepare(file) {
	if (!file.size) throw new Problem(`${file.name} is empty. Choose another file.`);
	if (file.type && !/^image\/|^application\/pdf$/.test(file.type)) {
		throw new Problem(`${file.name} is not a picture. Choose a PNG, JPEG, WebP, GIF, BMP, TIFF, AVIF, HEIC or PDF.`);
	}
	await checkReadable(file);
	const unchanged = { blob: file, size: null }, tooLarge = file.size > MOST_BYTES;
	// A bitmap would be one of several pages.
	if (/gif|tiff|pdf/.test(file.type) && !tooLarge) return unchanged;
	const bitmap = await createImageBitmap(file).catch(() => null);
	if (!bitmap) {
		if (tooLarge) throw new Problem("This picture is too large. Send one under 10 MB.");
		return unchanged;
	}
	const { width, height } = bitmap;
	const must = tooLarge || /avif|hei[cf]/.test(file.type) || width * height > MOST_PIXELS;
	const photo = file.size > HEAVY && !/png|bmp/.test(file.type);
	let blob = file, size = null;
	if (must || photo) {
		const factor = Math.floor(Math.max(width, height) / SIDE) || 1;
		size = [width, height].map((side) => Math.ceil(side / factor));
		const canvas = new OffscreenCanvas(...size), context = canvas.getContext("2d");
		context.imageSmoothingQuality = "high";
		context.drawImage(bitmap, 0, 0, ...size);
		blob = await encode(canvas, 0.85);
	}
	bitmap.close();
	return must || blob.size < file.size ? { blob, size } : unchanged;
}

/** JPEG, or PNG if transparent: no ground suits both dark and bright writing. */
function encode(canvas, quality) {
	const small = new OffscreenCanvas(64, 64).getContext("2d");
	small.drawImage(canvas, 0, 0, 64, 64);
	const opaque = small.getImageData(0, 0, 64, 64).data.every((value, i) => i % 4 < 3 || value === 255);
	return canvas.convertToBlob(opaque ? { type: "image/jpeg", quality } : {});
}

export class Picture {
	file = null;
	#past = []; // the files before each turn and crop
	#future = []; // and those undone
	#last = null; // the last turn or crop

	constructor(stage, image) {
		Object.assign(this, { stage, image });
		image.addEventListener("load", () => stage.style.setProperty("--ratio", image.naturalWidth / image.naturalHeight));
	}

	get size() { return [this.image.naturalWidth, this.image.naturalHeight]; }
	get seen() { return this.image.naturalWidth > 0; } // no browser can show all formats

	show(file) {
		this.hide();
		this.#show(file);
	}

	/** Turn the picture by 90 degrees, after the last turn or crop: the file before, or null if it was closed meanwhile. */
	turn() { return this.#last = this.#turnAfter(this.#last); }

	async #turnAfter(last) {
		const past = this.#past;
		await last?.catch(() => {});
		await this.ready;
		if (past !== this.#past) return null;
		const [width, height] = this.size;
		return this.#redraw(height, width, (context) => {
			context.translate(height, 0);
			context.rotate(Math.PI / 2);
			context.drawImage(this.image, 0, 0);
		});
	}

	/** Crop it to a box, in shares of its sides; likewise. */
	crop([left, top, right, bottom]) {
		const [width, height] = this.size;
		const size = [(right - left) * width, (bottom - top) * height].map((side) => Math.max(Math.round(side), 1));
		return this.#last = this.#redraw(...size, (context) => context.drawImage(this.image, -left * width, -top * height));
	}

	get canUndo() { return this.#past.length > 0; }
	get canRedo() { return this.#future.length > 0; }

	/** Undo or redo a turn or crop; false if there was none. */
	undo() { return this.#travel(this.#past, this.#future); }
	redo() { return this.#travel(this.#future, this.#past); }

	#travel(from, to) {
		if (!from.length) return false;
		to.push(this.file);
		this.#show(from.pop());
		return true;
	}

	async #redraw(width, height, draw) {
		const before = this.file, canvas = new OffscreenCanvas(width, height);
		draw(canvas.getContext("2d"));
		const blob = await (before.type === "image/png" ? canvas.convertToBlob() : encode(canvas, 0.95));
		if (this.file !== before) return null;
		this.#past.push(before);
		this.#future = [];
		this.#show(new File([blob], before.name, { type: blob.type }));
		return before;
	}

	#show(file) {
		URL.revokeObjectURL(this.image.src);
		this.file = file;
		this.stage.classList.add("pictured");
		this.image.src = URL.createObjectURL(file);
		this.image.alt = "Your picture";
		this.ready = this.image.decode().catch(() => { if (this.file === file) this.image.alt = "This browser cannot show it, but it is read."; });
	}

	hide() {
		if (!this.file) return;
		URL.revokeObjectURL(this.image.src);
		this.file = null;
		this.#past = [];
		this.#future = [];
		this.image.removeAttribute("src");
		this.stage.classList.remove("pictured");
	}
}
