// When to send a request: one at a time, no stale answers, again after a failure.

const PAUSE = 70; // milliseconds without a movement after which a stroke is read while it is drawn
const MAX_READ_INTERVAL = 250; // milliseconds between readings of a stroke that never pauses
const PATIENCE = 1000; // milliseconds until a stale request is aborted
const LONGEST_WAIT = 8; // seconds between two tries, unless the server sets the wait

/** `send(job, signal)` promises an answer, or throws a Problem; `on` is {reading(answer, job), problem(problem, job)}. */
export class Reader {
	#epoch = 0; // answers to an earlier one are stale
	#job = null; // what is to be read next
	#request = null; // AbortController
	#timer = 0;
	#since = 0;
	#tries = 0;

	constructor(send, on) {
		Object.assign(this, { send, on });
		addEventListener("online", () => this.retry());
	}

	invalidate() {
		this.#epoch++;
		this.#job = null;
		this.#since = 0;
		clearTimeout(this.#timer);
		this.#timer = 0;
		const stale = this.#request;
		setTimeout(() => stale?.abort(), PATIENCE);
	}

	soon(job) {
		const now = performance.now();
		this.#since ||= now;
		this.#later(job, Math.min(PAUSE, this.#since + MAX_READ_INTERVAL - now));
	}

	/** Read now, or as soon as the request under way is answered. */
	now(job) { this.#later(job, 0); }

	retry() { if (this.#tries && this.#job) this.now(this.#job); }

	#later(job, delay) {
		this.#job = job;
		clearTimeout(this.#timer);
		this.#timer = delay > 0 ? setTimeout(() => this.#go(), delay) : 0;
		if (!this.#timer) this.#go();
	}

	async #go() {
		this.#timer = 0;
		if (this.#request || !this.#job) return;
		const job = this.#job, epoch = this.#epoch;
		this.#job = null;
		this.#since = 0;
		this.#request = new AbortController();
		let answer = null, problem = null;
		try {
			answer = await this.send(job, this.#request.signal);
			this.#tries = 0;
		} catch (error) {
			problem = error;
		}
		this.#request = null;
		if (epoch === this.#epoch) problem ? this.#failed(problem, job) : this.on.reading(answer, job);
		if (!this.#timer) this.#go();
	}

	#failed(problem, job) {
		this.on.problem(problem, job);
		if (!problem.retry || this.#job) return;
		this.#job = job;
		const wait = problem.wait || Math.min(2 ** this.#tries, LONGEST_WAIT);
		this.#tries++;
		this.#timer = setTimeout(() => this.#go(), wait * 1000);
	}
}
