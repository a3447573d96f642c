// A table that was read. Its cells can be edited, and are copied as edited.
import { corrected } from "./result.js";

/** Show a table with these texts. Where it has the size of the one that is shown, only cells with a new text change. */
export function showTable(table, cells = []) {
	table.hidden = !cells.length;
	if (table.rows.length !== cells.length || table.rows[0]?.cells.length !== cells[0]?.length) {
		table.replaceChildren(...cells.map((texts) => {
			const row = document.createElement("tr");
			row.append(...texts.map(() => Object.assign(document.createElement("td"), { contentEditable: "plaintext-only" })));
			return row;
		}));
	}
	cells.forEach((texts, row) => texts.forEach((text, column) => {
		const cell = table.rows[row].cells[column];
		if (cell.dataset.said === text) return; // it may have been edited
		Object.assign(cell, { textContent: text, className: text.includes("?") ? "unsure" : "" });
		cell.dataset.said = text;
	}));
}

/** The texts with corrections: `labels`, by the mark's index. A cell in which a mark is corrected is not doubtful any more. */
export function correctedCells(cells, digits, labels) {
	const mended = cells.map((row) => [...row]);
	for (const index of labels.keys()) {
		const at = String(digits[index].cell), [row, column] = digits[index].cell ?? [];
		if (row === undefined) continue; // beside the table
		const marks = [...digits.keys()].filter((each) => String(digits[each].cell) === at);
		const text = cells[row][column], doubt = text.replace(/\s/g, "").length > marks.length;
		mended[row][column] = corrected(doubt ? text.slice(0, -1) : text, new Map(marks.map((mark, i) => [i, labels.get(mark)])));
	}
	return mended;
}

export const cellsOf = (table) => [...table.rows].map((row) => [...row.cells].map((cell) => cell.textContent.trim()));
