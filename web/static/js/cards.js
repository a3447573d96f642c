// A card for each mark.
import { CLASSES, percent, SIGNS, sureness } from "./words.js";

const AT_FIRST = 12; // cards shown before "Show all"
const EXPLAINED = 100; // marks at most, by the server
const CHOICES = [...CLASSES.slice(0, 10), ...Object.keys(SIGNS), CLASSES[10]]; // in "It was …"

/** @param on {light(index), explain() => Promise of heat maps or null, correct(index, label)} */
export class Cards {
	#digits = [];
	#labels = [];
	#limit = AT_FIRST;

	constructor(page, on) {
		const list = this.list = page.cards;
		Object.assign(this, { all: page.all, template: page.card, on });
		this.all.addEventListener("click", () => {
			const next = list.children.length;
			this.#limit = Infinity;
			this.show(this.#digits, this.#labels);
			list.children[next].focus();
		});
		const index = (event) => [...list.children].indexOf(event.target.closest(".card"));
		for (const name of ["pointerover", "focusin"]) list.addEventListener(name, (event) => on.light(index(event), name === "focusin"));
		for (const name of ["pointerleave", "focusout"]) list.addEventListener(name, () => on.light(-1));
		list.addEventListener("click", (event) => event.target.matches(".why") && this.#explain(index(event)));
		list.addEventListener("change", (event) => on.correct(index(event), event.target.value));
	}

	/** Show these marks; `labels` has the correction, {label}, of each that is corrected. */
	show(digits, labels) {
		if (!digits.length) this.#limit = AT_FIRST;
		this.#digits = digits;
		this.#labels = labels;
		const shown = digits.slice(0, this.#limit);
		// Cards are reused, so that the focus and an open list survive the next reading.
		while (this.list.children.length > shown.length) this.list.lastElementChild.remove();
		while (this.list.children.length < shown.length) this.list.append(this.#make());
		shown.forEach((digit, i) => fill(this.list.children[i], digit, i, labels[i]?.label));
		for (const button of this.list.querySelectorAll(".why")) {
			button.disabled = digits.length > EXPLAINED;
			button.title = button.disabled ? `For at most ${EXPLAINED} marks` : "";
		}
		this.all.hidden = shown.length === digits.length;
		this.all.textContent = `Show all ${digits.length} marks`;
	}

	/** Focus a card, also one that is not shown yet. */
	focus(index) {
		if (index >= this.#limit) this.all.click();
		this.list.children[index]?.focus();
	}

	#make() {
		const card = this.template.content.firstElementChild.cloneNode(true);
		for (const name of CLASSES) {
			const bar = `<li><i></i><b>${name.length > 1 ? "×" : name}</b><span></span></li>`;
			card.querySelector(".bars").insertAdjacentHTML("beforeend", bar);
		}
		for (const value of CHOICES) {
			const name = SIGNS[value] ?? (value.length > 1 ? "something else" : value);
			card.querySelector("select").append(new Option(`It was ${name}`, value));
		}
		return card;
	}

	async #explain(index) {
		const card = this.list.children[index], digits = this.#digits;
		const button = card.querySelector(".why");
		if (button.ariaPressed === "true") return showHeat(card, null);
		// Not disabled meanwhile: it would lose the focus.
		const heats = await this.on.explain();
		if (this.#digits === digits) showHeat(card, heats?.[index]);
	}
}

function fill(card, digit, index, label = "") {
	const [level, words] = sureness(digit);
	const figure = percent(digit.confidence), sign = SIGNS[digit.sign];
	card.className = `card ${level}${sign ? " sign" : ""}${label && " corrected"}`;
	card.ariaLabel = `Mark ${index + 1}: ${digit.digit ?? sign ?? words}, ${figure}`;
	card.querySelector(".input").src = digit.input;
	card.querySelector("strong").textContent = digit.digit ?? digit.sign ?? "?";
	card.querySelector(".said span").textContent = `${sign ? `${sign}, ` : ""}${words}, ${figure}`;
	Object.assign(card.querySelector("select"), { value: label, ariaLabel: `Correct mark ${index + 1}` });
	[...card.querySelector(".bars").children].forEach((bar, i) => {
		const p = digit.probabilities[i];
		bar.hidden = p === undefined; // a model without "not a digit" has ten classes
		bar.className = i === (digit.digit ?? 10) ? "best" : "";
		bar.style.setProperty("--p", p ?? 0);
		bar.title = bar.lastElementChild.textContent = `${CLASSES[i]}: ${percent(p ?? 0)}`;
	});
	showHeat(card, null);
}

function showHeat(card, heat) {
	const image = card.querySelector(".heat");
	image.hidden = !heat;
	if (heat) image.src = heat;
	card.querySelector(".why").ariaPressed = String(Boolean(heat));
}
