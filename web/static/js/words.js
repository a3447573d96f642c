// Confidence in words and numbers.

export const CLASSES = [..."0123456789", "not a digit"];
export const SIGNS = { ".": "a point", ",": "a comma", ":": "a colon", "/": "a slash", "-": "a dash", "+": "a plus" };

/** A probability in per cent; never rounded to 0 or 100. */
export function percent(p) {
	if (p >= 0.9995) return "over 99.9\u00a0%";
	return p < 0.0005 ? "under 0.1\u00a0%" : `${(p * 100).toFixed(1)}\u00a0%`;
}

/** A mark's character in the text. */
export const said = ({ digit, sign }) => String(digit ?? sign ?? "?");

/** Confidence as a CSS class and in words: [level, words]. */
export function sureness({ digit, sign, confidence, was }) {
	if (was) return ["corrected", digit === null && !sign ? "not a digit" : ""];
	if (digit === null && !sign) return ["refused", confidence < 0.5 ? "perhaps not a digit" : "not a digit"];
	if (confidence >= 0.98) return ["sure", "sure"];
	if (confidence >= 0.9) return ["sure", "fairly sure"];
	return ["unsure", confidence >= 0.7 ? "not quite sure" : "a guess"];
}

export function summary(all) {
	const marks = all.filter(({ was }) => !was);
	if (!marks.length) return all.length ? "Corrected." : "";
	const read = marks.filter(({ digit, sign }) => digit !== null || sign);
	const refused = marks.length - read.length;
	const weakest = (read.length ? read : marks).reduce((a, b) => (b.confidence < a.confidence ? b : a));
	const [level, words] = sureness(weakest);
	const least = SIGNS[weakest.sign] ?? `the ${weakest.digit}`;
	const start = level === "unsure" && read.length > 1 ? `Least sure of ${least}` : words[0].toUpperCase() + words.slice(1);
	const rest = refused && marks.length > 1 ? ` ${refused} of ${marks.length} marks refused.` : "";
	const figure = percent(weakest.confidence);
	return `${start}: ${level === "sure" && read.length > 1 ? figure.replace(/^(?=\d)/, "at least ") : figure}.${rest}`;
}
