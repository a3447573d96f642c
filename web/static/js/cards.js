// A card for each mark.
import { CLASSES, percent, said, SIGNS, sureness } from "./words.js";

const AT_FIRST = 12; // cards shown before "Show all"
const EXPLAINED = 100; // marks at most, by the server
const CHOICES = [...CLASSES.slice(0, 10), ...Object.keys(SIGNS), CLASSES[10]]; // in "It was …"

/** @param on {light(index), explain() => Promise of heat maps or null, correct(index, label)} */
export class Cards {
	#marks = [];
	#limit = AT_FIRST;

	constructor(page, on) {
		const list = this.list = page.cards;
		Object.assign(this, { all: page.all, template: page.card, on });
		this.all.addEventListener("click", () => {
			const next = list.children.length;
			this.#limit = Infinity;
			this.show(this.#marks);
			list.children[next].focus();
		});
		const index = (event) => [...list.children].indexOf(event.target.closest(".card"));
		for (const name of ["pointerover", "focusin"]) list.addEventListener(name, (event) => on.light(index(event), name === "focusin"));
		for (const name of ["pointerleave", "focusout"]) list.addEventListener(name, () => on.light(-1));
		list.addEventListener("click", (event) => event.target.matches(".why") && this.#explain(index(event)));
		list.addEventListener("change", (event) => on.correct(index(event), event.target.value));
	}

	show(marks) {
		if (!marks.length) this.#limit = AT_FIRST;
		this.#marks = marks;
		const shown = marks.slice(0, this.#limit);
		// Cards are reused, so that the focus and an open list survive the next reading.
		while (this.list.children.length > shown.length) this.list.lastElementChild.remove();
		while (this.list.children.length < shown.length) this.list.append(this.#make());
		shown.forEach((mark, i) => fill(this.list.children[i], mark, i));
		for (const button of this.list.querySelectorAll(".why")) {
			button.disabled = marks.length > EXPLAINED;
			button.title = button.disabled ? `For at most ${EXPLAINED} marks` : "";
		}
		this.all.hidden = shown.length === marks.length;
		this.all.textContent = `Show all ${marks.length} marks`;
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
		const card = this.list.children[index], marks = this.#marks;
		const button = card.querySelector(".why");
		if (button.ariaPressed === "true") return showHeat(card, null);
		// Not disabled meanwhile: it would lose the focus.
		const heats = await this.on.explain();
		if (this.#marks === marks) showHeat(card, heats?.[index]);
	}
}

function fill(card, mark, index) {
	const [level, words] = sureness(mark), sign = SIGNS[mark.sign], { was } = mark;
	const source = was === said(mark) ? "confirmed" : was ? `corrected from ${SIGNS[was] ?? was}` : percent(mark.confidence);
	card.className = `card ${level}${sign ? " sign" : ""}`;
	card.ariaLabel = `Mark ${index + 1}: ${mark.digit ?? sign ?? words}, ${source}`;
	card.querySelector(".input").src = mark.input;
	card.querySelector("strong").textContent = said(mark);
	card.querySelector(".said span").textContent = [sign, words, source].filter(Boolean).join(", ");
	Object.assign(card.querySelector("select"), { value: mark.label ?? "", ariaLabel: `Correct mark ${index + 1}` });
	[...card.querySelector(".bars").children].forEach((bar, i) => {
		const p = mark.probabilities[i];
		bar.hidden = p === undefined; // a model without "not a digit" has ten classes
		bar.className = i === (mark.digit ?? 10) ? "best" : "";
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
