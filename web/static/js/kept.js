// Lists stored on this device, and downloads.

const MOST_FILES = 2000; // named entries: files read at once

/** Entries in localStorage, or else kept for this visit, newest first, at most `limit` without a name. Fires "change". */
export class Kept extends EventTarget {
	entries = [];
	#stored = true; // all of them

	constructor(key, limit = Infinity) {
		super();
		Object.assign(this, { key, limit });
		this.#load();
		addEventListener("storage", () => {
			this.#load();
			this.dispatchEvent(new Event("change"));
		});
	}

	/** Add an entry, or replace the one with its id; false if it is only kept for this visit. */
	put(entry) {
		let files = MOST_FILES, others = this.limit;
		return this.#set([entry, ...this.without(entry.id)].filter(({ name }) => (name ? files-- : others--) > 0));
	}
	remove(id) { this.#set(this.without(id)); }
	clear() { this.#set([]); }
	without(id) {
		this.#load();
		return this.entries.filter((each) => each.id !== id);
	}

	/** Another tab may have changed the list. */
	#load() {
		if (this.#stored) try { this.entries = JSON.parse(localStorage[this.key] ?? "[]"); } catch { /* blocked */ }
	}

	#set(entries) {
		this.entries = entries;
		this.#stored = this.#store(entries);
		// Without room, a list with a limit stores its newest.
		let most = this.#stored || this.limit === Infinity ? 0 : entries.length;
		while (most && !this.#store(entries.slice(0, most >>= 1)));
		this.dispatchEvent(new Event("change"));
		return this.#stored;
	}

	#store(entries) {
		try { localStorage[this.key] = JSON.stringify(entries); } catch { return false; }
		return true;
	}
}

export function download(name, type, text) {
	const link = Object.assign(document.createElement("a"), { download: name, href: URL.createObjectURL(new Blob([text], { type })) });
	link.click();
	setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
