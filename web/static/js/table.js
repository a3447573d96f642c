// A table that was read. Its cells can be edited, and are copied as edited.
import { said } from "./words.js";

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

/** Write the marks of a corrected mark's cell into it. */
export function mendCell(table, marks, index) {
	const at = marks[index].cell;
	if (!at) return; // beside the table
	const text = marks.filter(({ cell }) => String(cell) === String(at)).map(said).join("");
	Object.assign(table.rows[at[0]].cells[at[1]], { textContent: text, className: text.includes("?") ? "unsure" : "" });
}

export const cellsOf = (table) => [...table.rows].map((row) => [...row.cells].map((cell) => cell.textContent.trim()));
