// Copies to the clipboard.

/** A press of the button copies what `form()` gives, and says so. */
export function copyAt(button, form, say) {
	const name = button.textContent;
	button.addEventListener("click", async () => {
		const text = form();
		try {
			await navigator.clipboard.writeText(text);
		} catch { // not served over https
			document.addEventListener("copy", (event) => {
				event.clipboardData.setData("text/plain", text);
				event.preventDefault();
			}, { once: true });
			document.execCommand("copy");
		}
		say(button.textContent = "Copied");
		setTimeout(() => say("", button.textContent = name), 1500);
	});
}
