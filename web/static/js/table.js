// A table that was read. Its cells can be edited, and are copied as edited.
import { corrected } from "./result.js";

export function showTable(table, cells) {
	table.hidden = !cells;
	table.replaceChildren(...(cells ?? []).map((texts) => {
		const row = document.createElement("tr");
		row.append(...texts.map((text) => {
			const cell = document.createElement("td");
			Object.assign(cell, { textContent: text, contentEditable: "plaintext-only", className: text.includes("?") ? "unsure" : "" });
			return cell;
		}));
		return row;
	}));
}

/** Write the marks of a mark's cell into it, with corrections: `labels`, by the mark's index. */
export function mendCell(table, digits, labels, index) {
	const at = digits[index].cell;
	if (!at) return; // beside the table
	const marks = [...digits.keys()].filter((i) => String(digits[i].cell) === String(at));
	const text = corrected(marks.map((i) => digits[i].digit ?? digits[i].sign ?? "?").join(""), marks.map((i) => labels[i]));
	Object.assign(table.rows[at[0]].cells[at[1]], { textContent: text, className: text.includes("?") ? "unsure" : "" });
}

export const cellsOf = (table) => [...table.rows].map((row) => [...row.cells].map((cell) => cell.textContent.trim()));
