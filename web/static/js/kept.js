// Lists stored on this device, and downloads.

const MOST_FILES = 2000; // entries with a name: files read at once, which do not count as drawings

/**
 * Entries under a key of localStorage, newest first, at most `limit` without a name. What finds no room there, or may not
 * be stored, is kept for this visit. Fires "change".
 */
export class Kept extends EventTarget {
	entries = [];
	#stored = true; // all entries are in the storage

	constructor(key, limit = Infinity) {
		super();
		Object.assign(this, { key, limit });
		this.#load();
		addEventListener("storage", (event) => {
			if (event.key && event.key !== key) return;
			this.#load();
			this.dispatchEvent(new Event("change"));
		});
	}

	/** Add an entry, or replace the one with its id; false if it is only kept for this visit. */
	put(entry) {
		const room = { files: MOST_FILES, others: this.limit };
		return this.#set([entry, ...this.without(entry.id)].filter(({ name }) => room[name ? "files" : "others"]-- > 0));
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
		const fitting = [...entries];
		this.#stored = false;
		// If there is no room, a list with a limit stores its newest.
		do {
			try {
				localStorage[this.key] = JSON.stringify(fitting);
				this.#stored = fitting.length === entries.length;
				break;
			} catch { /* full, or blocked */ }
		} while (this.limit < Infinity && fitting.splice(fitting.length >> 1).length);
		this.entries = entries;
		this.dispatchEvent(new Event("change"));
		return this.#stored;
	}
}

export function download(name, type, text) {
	const link = Object.assign(document.createElement("a"), { download: name, href: URL.createObjectURL(new Blob([text], { type })) });
	link.click();
	setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
