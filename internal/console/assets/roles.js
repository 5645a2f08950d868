// The tree of permissions: what is looked for is shown as it is typed, and what is chosen is counted.
'use strict';
(() => {
	const tree = document.getElementById('tree');
	const search = document.getElementById('tree-search');
	const words = search.querySelector('#q');
	const only = search.querySelector('#only-chosen');
	const none = document.getElementById('tree-none');
	const domains = [...tree.querySelectorAll('details.domain')].filter((d) => d.querySelector('input[name=p]'))
		.map((details) => ({
			details,
			tag: details.querySelector('summary .tag'),
			rows: [...details.querySelectorAll('.row')].map((row) => ({ row, boxes: [...row.querySelectorAll('input')] })),
			wasOpen: details.open,
		}));

	function filter() {
		const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
		const narrowed = wanted.length > 0 || only.checked;
		let found = false;
		for (const d of domains) {
			let some = false;
			for (const { row, boxes } of d.rows) {
				const fits = boxes.some((box) => (box.checked || !only.checked) && wanted.every((word) => box.value.toLowerCase().includes(word)));
				row.hidden = !fits;
				some ||= fits;
			}
			const every = d.rows[0]; // every entity is also the one that is looked for
			every.row.hidden = !some || (only.checked && !every.boxes.some((box) => box.checked));
			d.details.hidden = !some;
			d.details.open = narrowed ? some : d.wasOpen;
			found ||= some;
		}
		none.hidden = found;
	}

	// A wildcard holds what it stands for.
	function count() {
		let all = 0;
		for (const d of domains) {
			const chosen = new Set();
			for (const { boxes } of d.rows) for (const box of boxes) if (box.checked) chosen.add(box.value);
			let some = 0;
			let total = 0;
			for (const { boxes } of d.rows) {
				for (const { value } of boxes) {
					const [domain, entity, action] = value.split(':');
					if (entity === '*' || action === '*') continue;
					total++;
					if ([value, `${domain}:${entity}:*`, `${domain}:*:${action}`, `${domain}:*:*`].some((way) => chosen.has(way))) some++;
				}
			}
			d.tag.textContent = tree.dataset.of.replace('%d', some).replace('%d', total);
			d.tag.classList.toggle('some', some > 0);
			all += some;
		}
		document.getElementById('tree-count').textContent = all;
	}

	search.addEventListener('submit', (event) => { event.preventDefault(); filter(); });
	words.addEventListener('input', filter);
	only.addEventListener('change', filter);
	tree.addEventListener('change', count);
})();
