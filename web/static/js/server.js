// Requests to the server, and messages about failures.

const LONGEST = 20_000; // milliseconds until an answer
const LONGEST_UPLOAD = 30_000; // milliseconds, after which the server cuts it off
const SLOWEST = 30; // bytes that a slow line sends in a millisecond
const HEAVY = 1_000_000; // bytes that are not sent again if they took too long
const TOO_SLOW = "This picture takes too long to send or to read. Send a smaller one.";

/** A failure. `retry`: the same picture may be read later, after `wait` seconds if the server says so. */
export class Problem extends Error {
	constructor(message, retry = false, wait = 0) {
		super(message);
		Object.assign(this, { retry, wait });
	}
}

/** Throws a Problem for a folder that was dropped, and a file that is not as it was when it was chosen. */
export async function checkReadable(file) {
	try {
		await file.slice(0, 1).arrayBuffer();
	} catch {
		throw new Problem(`${file.name} cannot be read: it is a folder, or it was changed or deleted. Choose a file again.`);
	}
}

async function refusal(answer) {
	const { status, headers } = answer;
	if (status === 408) return new Problem(TOO_SLOW);
	if (status === 429 || status === 503) return new Problem("The server is busy.", true, Number(headers.get("Retry-After")));
	if (status >= 500) return new Problem("The server has a fault.", true);
	const { detail } = await answer.json().catch(() => ({}));
	return new Problem(detail || (status === 413 ? "This picture is too large." : "This picture cannot be read. Send another one."));
}

/** Read a picture (Blob). `more`: other parameters, &explain=1 or &table=15x10. `signal` aborts. Throws a Problem. */
export async function predict(blob, more = "", signal = null) {
	const limit = AbortSignal.timeout(LONGEST + Math.min(blob.size / SLOWEST, LONGEST_UPLOAD));
	let answer;
	try {
		answer = await fetch(`predict?inputs=1${more}`, {
			method: "POST",
			headers: { "Content-Type": blob.type || "application/octet-stream" },
			body: blob,
			signal: (signal && AbortSignal.any?.([limit, signal])) ?? limit, // `any` is new in 2024
		});
		if (answer.ok) return await answer.json();
	} catch (error) {
		if (error.name === "TimeoutError") throw blob.size > HEAVY ? new Problem(TOO_SLOW) : new Problem("The server takes too long to answer.", true);
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
