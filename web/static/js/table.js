// A table that was read. Its cells can be edited, and are copied as edited.
import { said } from "./words.js";

const warn = (cell) => { cell.className = cell.textContent.includes("?") ? "unsure" : ""; };

export function showTable(table, cells) {
	table.hidden = !cells;
	table.oninput = ({ target }) => warn(target);
	// Enter goes to the cell below, and what is typed there replaces its text, as in a spreadsheet.
	table.onkeydown = (event) => {
		if (event.key !== "Enter") return;
		event.preventDefault();
		const { target } = event, below = table.rows[target.parentElement.rowIndex + 1]?.cells[target.cellIndex];
		below?.focus();
		if (below) getSelection().selectAllChildren(below);
	};
	table.replaceChildren(...(cells ?? []).map((texts) => {
		const row = document.createElement("tr");
		row.append(...texts.map((text) => {
			const cell = document.createElement("td");
			Object.assign(cell, { textContent: text, contentEditable: "plaintext-only" });
			warn(cell);
			return cell;
		}));
		return row;
	}));
}

/** Write the marks of a corrected mark's cell into it. */
export function mendCell(table, marks, index) {
	const at = marks[index].cell;
	if (!at) return; // beside the table
	const cell = table.rows[at[0]].cells[at[1]];
	cell.textContent = marks.filter((each) => String(each.cell) === String(at)).map(said).join("");
	warn(cell);
}

// A pasted text may have several lines.
export const cellsOf = (table) => [...table.rows].map((row) => [...row.cells].map((cell) => cell.textContent.trim().replace(/\s+/g, " ")));
