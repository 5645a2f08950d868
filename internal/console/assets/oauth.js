// Long lists of boxes get a search.
'use strict';

for (const input of document.querySelectorAll('input[data-filter]')) {
	const list = document.getElementById(input.dataset.filter);
	const none = document.querySelector(`[data-none="${input.dataset.filter}"]`);
	input.closest('[hidden]').hidden = false;
	input.addEventListener('input', () => {
		const wanted = input.value.trim().toLowerCase();
		let shown = 0;
		for (const item of list.children) {
			item.hidden = !item.dataset.item.toLowerCase().includes(wanted);
			if (!item.hidden) shown++;
		}
		none.hidden = shown > 0;
	});
	// Enter would send the form.
	input.addEventListener('keydown', (event) => { if (event.key === 'Enter') event.preventDefault(); });
}
