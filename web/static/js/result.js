// Shows the reading, a note about it, and the boxes of its marks.
import { said, summary, sureness } from "./words.js";

/** Show a reading; `note` is shown if there are no marks. */
export function showResult(page, text, { marks, turned, pages = 1, more }, note) {
	// Only set what differs, or a screen reader repeats it.
	const set = (element, value) => { if (element.textContent !== value) element.textContent = value; };
	const lines = text.split("\n");
	const longest = Math.max(...lines.map((line) => line.length));
	page.reading.dataset.size = lines.length > 3 || longest > 16 ? "small" : lines.length > 1 || longest > 7 ? "medium" : "large";
	page.reading.ariaBusy = "false";
	set(page.reading, text);
	set(page.note, (summary(marks) || note) + (turned ? ` Read turned by ${turned} degrees.` : "")
		+ (more ? ` Only the first ${pages > 1 ? `${pages} pages were` : "page was"} read.` : ""));
	page.copy.hidden = !text && page.table.hidden;
	page.copy.title = page.table.hidden ? "" : "Copies the table";
	page.csv.hidden = !/\s/.test(text) && page.table.hidden;
}

/** Show each mark's box on an image of this width and height. */
export function showBoxes(overlay, marks, [width, height]) {
	const lit = [...overlay.children].findIndex((box) => box.matches(".lit"));
	const air = Math.max(width, height) * 0.008; // keeps the line off the ink
	overlay.replaceChildren(...marks.map((each) => {
		const [x, y, w, h] = each.box;
		const box = document.createElement("div");
		const part = (value, whole) => `${(value / whole) * 100}%`;
		box.className = `box ${sureness(each)[0]}${each.sign ? " sign" : ""}`;
		box.hidden = each.page;
		box.dataset.said = said(each);
		Object.assign(box.style, {
			left: part(x - air, width), top: part(y - air, height),
			width: part(w + 2 * air, width), height: part(h + 2 * air, height),
		});
		return box;
	}));
	lightUp(overlay, lit);
}

/** The index of the mark at a point of the shown text, in pixels of the window; -1 if there is none. */
export function markAt(reading, x, y) {
	const text = reading.firstChild, range = document.createRange();
	for (let i = 0; i < (text?.length ?? 0); i++) {
		range.setStart(text, i);
		range.setEnd(text, i + 1);
		const { left, right, top, bottom } = range.getBoundingClientRect();
		if (left <= x && x < right && top <= y && y < bottom) {
			return /\S/.test(text.data[i]) ? text.data.slice(0, i).replace(/\s/g, "").length : -1;
		}
	}
	return -1;
}

/** Rows of texts as CSV; an apostrophe is put before what a spreadsheet would take for a formula. */
export function asCsv(rows) {
	const quote = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
	const cell = (text) => quote(text.replace(/^(?=[=@\t\r\n]|[+-](?![\d.,?]*$))/, "'"));
	return rows.map((row) => row.map(cell).join(",")).join("\r\n");
}

/** A press of the button copies what `form()` gives, and says so. */
export function copyAt(button, form, say) {
	const name = button.textContent;
	button.addEventListener("click", async () => {
		const text = form();
		try {
			await navigator.clipboard.writeText(text);
		} catch { // not served over https
			document.addEventListener("copy", (event) => {
				event.clipboardData.setData("text/plain", text);
				event.preventDefault();
			}, { once: true });
			document.execCommand("copy");
		}
		say(button.textContent = "Copied");
		setTimeout(() => say("", button.textContent = name), 1500);
	});
}

/** Highlight a mark; `near` scrolls to it if the picture is zoomed. */
export function lightUp(overlay, index, near) {
	overlay.classList.toggle("dimmed", index >= 0);
	[...overlay.children].forEach((box, i) => box.classList.toggle("lit", i === index));
	const box = overlay.children[index], stage = overlay.parentElement;
	if (near && box) stage.scrollTo(box.offsetLeft - stage.clientWidth / 3, box.offsetTop - stage.clientHeight / 3);
}
