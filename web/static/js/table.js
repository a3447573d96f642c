// A table that was read. Its cells can be edited, and are copied as edited.

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

export const cellsOf = (table) => [...table.rows].map((row) => [...row.cells].map((cell) => cell.textContent.trim()));
