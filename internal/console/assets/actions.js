// Adds and removes the rows of a contract in place; without it, the server does.
'use strict';

let contractRows = 0;

document.addEventListener('click', (event) => {
	const button = event.target.closest('button[name="do"]');
	const section = button?.closest('section');
	if (!section) return;
	const [what] = button.value.split(':');
	const table = section.querySelector('table.fields');
	if (what === 'add') {
		event.preventDefault();
		const row = section.querySelector('template').content.firstElementChild.cloneNode(true);
		contractRows += 1;
		for (const control of row.querySelectorAll('[name], [value]')) {
			for (const name of ['name', 'value']) {
				const value = control.getAttribute(name);
				if (value?.includes('NEW')) control.setAttribute(name, value.replace('NEW', `new${contractRows}`));
			}
		}
		table.tBodies[0].append(row);
		table.classList.remove('without');
		section.querySelector('.no-fields')?.remove();
		row.querySelector('input.mono').focus();
	} else if (what === 'remove') {
		event.preventDefault();
		const row = button.closest('tr');
		const next = row.nextElementSibling ?? row.previousElementSibling;
		row.remove();
		table.classList.toggle('without', table.tBodies[0].rows.length === 0);
		(next?.querySelector('input.mono') ?? section.querySelector('button[value^="add:"]')).focus();
	}
});
