"use strict";
// Shows the rows that hold the words typed and the values chosen. Without a script all rows are there, and no filter.
for (const form of document.querySelectorAll("form.filter")) {
	const rows = document.querySelectorAll("[data-row]"), told = form.querySelector("output");
	const apply = () => {
		const words = form.elements.words.value.toLowerCase().split(/\s+/).filter(w => w !== "");
		const chosen = [...form.querySelectorAll("select")].filter(s => s.value !== "");
		let shown = 0, all = 0;
		for (const row of rows) {
			const text = row.dataset.row.toLowerCase();
			row.hidden = !(words.every(w => text.includes(w)) && chosen.every(s => row.dataset[s.name] === s.value));
			all++;
			if (!row.hidden) shown++;
		}
		for (const part of document.querySelectorAll("[data-part]")) part.hidden = !part.querySelector("[data-row]:not([hidden])");
		told.textContent = shown === all ? "" : `${shown} of ${all} shown`;
	};
	form.addEventListener("input", apply);
	form.addEventListener("submit", e => e.preventDefault());
	form.hidden = false;
	apply();
}
let opened = [];
addEventListener("beforeprint", () => { opened = [...document.querySelectorAll("details:not([open])")]; opened.forEach(d => { d.open = true; }); });
addEventListener("afterprint", () => { opened.forEach(d => { d.open = false; }); opened = []; });
