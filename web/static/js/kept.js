// Lists stored on this device, and downloads.

/** Entries under a key of localStorage, newest first, at most `limit`. Fires "change". */
export class Kept extends EventTarget {
	constructor(key, limit = Infinity) {
		super();
		Object.assign(this, { key, limit, entries: [] });
		try { this.entries = JSON.parse(localStorage[key]); } catch { /* nothing, or blocked */ }
	}

	/** Add an entry, or replace the one with its id; false if the storage is full. */
	put(entry) {
		const entries = [entry, ...this.without(entry.id)].slice(0, this.limit);
		// If there is no room, a list with a limit drops its oldest.
		while (!this.#set(entries)) if (this.limit === Infinity || !entries.pop()) return false;
		return true;
	}
	remove(id) { this.#set(this.without(id)); }
	clear() { this.#set([]); }
	without(id) { return this.entries.filter((each) => each.id !== id); }

	#set(entries) {
		try { localStorage[this.key] = JSON.stringify(entries); } catch { return false; }
		this.entries = entries;
		this.dispatchEvent(new Event("change"));
		return true;
	}
}

export function download(name, type, text) {
	const link = Object.assign(document.createElement("a"), { download: name, href: URL.createObjectURL(new Blob([text], { type })) });
	link.click();
	setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
