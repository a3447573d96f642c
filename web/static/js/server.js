// Requests to the server, and messages about failures.

const LONGEST = 20_000; // milliseconds until an answer
const UPLOAD = 30_000; // milliseconds for a heavy picture; then the server cuts it off
export const HEAVY = 1_000_000; // bytes: more take long on a slow line

/** A failure. `retry`: the same picture may be read later, after `wait` seconds if the server says so. */
export class Problem extends Error {
	constructor(message, retry = false, wait = 0) {
		super(message);
		Object.assign(this, { retry, wait });
	}
}

/** Throws a Problem if a file cannot be opened. */
export async function checkReadable(file) {
	await file.slice(0, 1).arrayBuffer().catch(() => {
		throw new Problem(`${file.name} cannot be read: it is a folder, or was changed. Choose a file again.`);
	});
}

async function refusal(answer) {
	const { status, headers } = answer;
	if (status === 429 || status === 503) return new Problem("The server is busy.", true, Number(headers.get("Retry-After")));
	if (status >= 500) return new Problem("The server has a fault.", true);
	const { detail } = await answer.json().catch(() => ({}));
	return new Problem(detail || (status === 413 ? "This picture is too large." : "This picture cannot be read. Send another one."));
}

/** Read a picture (Blob). `more`: other parameters, &explain=1 or &table=15x10. Throws a Problem. */
export async function predict(blob, more = "", signal = null) {
	const limit = AbortSignal.timeout(LONGEST + UPLOAD * Math.min(blob.size / HEAVY, 1));
	let answer;
	try {
		answer = await fetch(`predict?inputs=1${more}`, {
			method: "POST",
			headers: { "Content-Type": blob.type || "application/octet-stream" },
			body: blob,
			signal: (signal && AbortSignal.any?.([limit, signal])) ?? limit, // new in 2024
		});
		if (answer.ok) return await answer.json();
	} catch (error) {
		if (error.name === "TimeoutError") {
			if (blob.size > HEAVY) throw new Problem("This picture takes too long to send or to read. Send a smaller one.");
			throw new Problem("The server takes too long to answer.", true);
		}
		await checkReadable(blob);
		throw new Problem(navigator.onLine ? "The server cannot be reached." : "This device is offline.", true);
	}
	throw await refusal(answer);
}

export async function describeModel() {
	const answer = await fetch("model");
	const { name, version, accuracy, size } = await answer.json();
	const right = accuracy === null ? "" : `, ${(accuracy * 100).toFixed(2)} % of MNIST’s test images read right`;
	return `Model ${name} ${version}${right}, ${Math.round(size / 1000)} kB`;
}
