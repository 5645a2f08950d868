// Rows for the fields of a credential, as many as one needs.
'use strict';

const moreRows = document.getElementById('more-rows');
if (moreRows) {
	moreRows.hidden = false;
	moreRows.addEventListener('click', () => {
		const rows = moreRows.closest('form').querySelectorAll('.row');
		const last = rows[rows.length - 1];
		const row = last.cloneNode(true);
		const number = rows.length + 1;
		row.setAttribute('aria-label', last.getAttribute('aria-label').replace(/\d+/, number));
		for (const input of row.querySelectorAll('input')) {
			input.id = input.id.replace(/\d+$/, number);
			input.value = '';
			row.querySelector(`label[for="${input.id.replace(/\d+$/, number - 1)}"]`).htmlFor = input.id;
		}
		last.after(row);
		row.querySelector('input').focus();
	});
}
