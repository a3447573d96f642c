// What a reload of the page brings back, also after a phone has closed the tab.

export function save(values) {
	try {
		for (const name in values) sessionStorage[name] = JSON.stringify(values[name]);
	} catch { /* no room, or blocked */ }
}

export function saved(name, otherwise) {
	try { return JSON.parse(sessionStorage[name]); } catch { return otherwise; }
}
