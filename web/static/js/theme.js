// Runs before the first paint, lest the theme flash; hence no module.
(() => {
	const root = document.documentElement;
	const system = matchMedia("(prefers-color-scheme: dark)");
	let chosen = null;
	try { chosen = localStorage.theme; } catch { /* blocked: the system decides */ }
	const show = () => {
		const theme = root.dataset.theme = chosen || (system.matches ? "dark" : "light");
		const button = document.getElementById("theme");
		if (button) button.textContent = theme === "dark" ? "Light" : "Dark";
		root.dispatchEvent(new Event("theme"));
	};
	system.addEventListener("change", show);
	addEventListener("DOMContentLoaded", () => {
		show();
		document.getElementById("theme").addEventListener("click", () => {
			const theme = root.dataset.theme === "dark" ? "light" : "dark";
			// Back at what the system says, follow it again.
			chosen = (theme === "dark") === system.matches ? "" : theme;
			try { localStorage.theme = chosen; } catch { /* blocked */ }
			show();
		});
	});
	show();
})();
