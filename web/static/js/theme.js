// Not a module: it runs before the first paint, so that the theme does not flash.
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
			// If this is the system's theme, follow the system.
			chosen = (theme === "dark") === system.matches ? "" : theme;
			try { localStorage.theme = chosen; } catch { /* blocked */ }
			show();
		});
	});
	show();
})();
