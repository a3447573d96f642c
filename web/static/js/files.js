// Reads several files one after the other and lists them among the last readings.
import { prepare } from "./picture.js";
import { predict } from "./server.js";

const TRIES = 5; // retries of a file, if the server is busy

export async function readAll(files, page, past) {
	page.history.open = true;
	page.history.scrollIntoView();
	let unread = 0;
	for (const [at, file] of files.entries()) {
		page.note.textContent = `Reading file ${at + 1} of ${files.length} …`;
		const entry = { id: Date.now() + at, name: file.name, text: "" };
		try {
			const { text, digits } = await patiently((await prepare(file)).blob);
			Object.assign(entry, { text }, digits.length && { lowest: Math.min(...digits.map(({ confidence }) => confidence)) });
		} catch (problem) {
			entry.problem = problem.message;
			unread++;
		}
		past.put(entry);
	}
	page.note.textContent = `${files.length} files: see the last readings below.${unread ? ` ${unread} could not be read.` : ""}`;
}

async function patiently(blob) {
	for (let left = TRIES; ; left--) {
		try {
			return await predict(blob);
		} catch (problem) {
			if (!problem.retry || !left) throw problem;
			await new Promise((wake) => setTimeout(wake, 1000 * (problem.wait || 2)));
		}
	}
}
