// What makes the editor of an action handier: numbers beside the lines, names to click, rows to add. All of it works without.
'use strict';

// Tabulators reach to the next multiple of eight, as the messages of the API count columns.
function columnOf(text) {
	let column = 1;
	for (const unit of text.split('')) column += unit === '\t' ? 8 - (column - 1) % 8 : 1;
	return column;
}

function offsetOf(text, line, column) {
	const lines = text.split('\n');
	if (line > lines.length) return text.length;
	const before = lines.slice(0, line - 1).reduce((sum, l) => sum + l.length + 1, 0);
	const own = lines[line - 1];
	let at = 0;
	while (at < own.length && columnOf(own.slice(0, at)) < column) at++;
	return before + at;
}

// Line numbers, and where the cursor is: failed operations name line and column.
const form = document.getElementById('action-config');
for (const area of document.querySelectorAll('.editor textarea')) {
	const gutter = document.createElement('div');
	gutter.className = 'gutter';
	gutter.setAttribute('aria-hidden', 'true');
	area.before(gutter);
	area.classList.add('numbered');
	const where = document.createElement('p');
	where.className = 'where';
	where.setAttribute('aria-hidden', 'true');
	if (form) area.parentElement.before(where); // in the line of the label: nothing moves when it comes and goes, least of all the button that is being pressed
	const bad = Number(area.dataset.line) || 0;
	let shown = 0;
	const number = () => {
		const lines = area.value.split('\n').length;
		if (lines === shown) return;
		shown = lines;
		gutter.replaceChildren(...Array.from({ length: lines }, (_, i) => {
			const line = document.createElement('div');
			line.textContent = i + 1;
			if (i + 1 === bad) line.className = 'at';
			return line;
		}));
	};
	const tell = () => {
		const before = area.value.slice(0, area.selectionStart).split('\n');
		if (form) where.textContent = form.dataset.place.replace('%l', before.length).replace('%c', columnOf(before.at(-1)));
	};
	area.addEventListener('input', () => { number(); tell(); });
	area.addEventListener('scroll', () => { gutter.scrollTop = area.scrollTop; });
	for (const event of ['keyup', 'click', 'focus', 'select']) area.addEventListener(event, tell);
	area.addEventListener('blur', () => { where.textContent = ''; });
	number();
}

// The place that a link from a failed operation names.
const place = document.querySelector('[data-line]');
if (place && new URLSearchParams(location.search).has('field')) {
	place.focus();
	const at = offsetOf(place.value, Number(place.dataset.line), Number(place.dataset.column));
	place.setSelectionRange(at, at);
	place.scrollIntoView({ block: 'center' });
	place.dispatchEvent(new Event('keyup'));
}

// Available Inputs: a click copies, and inserts where the cursor was last.
if (form) {
	let last = null;
	// Whoever passes by with the Tab key on the way to a name did not mean the editors between.
	const meant = (event) => { if (event.target.dataset.for && !['Tab', 'Shift'].includes(event.key)) last = event.target; };
	for (const event of ['input', 'click', 'keyup']) form.addEventListener(event, meant);
	form.addEventListener('focusin', (event) => { if (!last) meant(event); });
	const said = document.querySelector('[data-said]');
	const button = (code) => {
		const made = document.createElement('button');
		made.type = 'button';
		made.className = 'token';
		made.textContent = code.textContent;
		Object.assign(made.dataset, code.dataset);
		return made;
	};
	for (const hint of document.querySelectorAll('[data-unscripted]')) hint.hidden = true;
	for (const hint of document.querySelectorAll('[data-scripted]')) hint.hidden = false;
	for (const code of document.querySelectorAll('code[data-insert]')) code.replaceWith(button(code));
	document.addEventListener('click', (event) => {
		const token = event.target.closest('button[data-insert]');
		if (!token) return;
		const text = token.dataset.insert;
		const fits = last && !last.readOnly && (last.dataset.for === token.dataset.for || last.dataset.for === 'any');
		if (fits) {
			last.focus();
			if (!document.execCommand('insertText', false, text)) last.setRangeText(text, last.selectionStart, last.selectionEnd, 'end');
		}
		copyText(text);
		said.textContent = (fits ? form.dataset.inserted : form.dataset.copied).replace('%s', text);
		const label = token.textContent;
		if (!fits) {
			token.textContent = document.body.dataset.copied;
			setTimeout(() => { token.textContent = label; }, 1000);
		}
	});

	// Rows: one more, one less; and the names of the translation map stand among the inputs as they are typed.
	const names = document.querySelector('[data-names]');
	const live = document.querySelector('[data-live-names]');
	const rename = () => {
		if (!names || !live) return;
		const raw = live.lastElementChild;
		const typed = [...names.querySelectorAll('input[name="mapName"]')].map((input) => input.value.trim()).filter(Boolean);
		live.replaceChildren(...typed.map((name) => {
			const item = document.createElement('li');
			const code = document.createElement('code');
			code.textContent = '${' + name + '}';
			code.dataset.insert = code.textContent;
			code.dataset.for = 'response';
			item.append(button(code));
			return item;
		}), raw);
	};
	names?.addEventListener('input', rename);
	for (const add of document.querySelectorAll('[data-add-row]')) {
		const table = add.closest('.pairs').querySelector('table');
		const body = table.tBodies[0];
		table.tHead.rows[0].append(Object.assign(document.createElement('td'), { className: 'row-end' }));
		const end = (row) => {
			const cell = Object.assign(document.createElement('td'), { className: 'row-end' });
			const remove = Object.assign(document.createElement('button'), { type: 'button', textContent: '✕' });
			remove.setAttribute('aria-label', add.dataset.remove + ': ' + (row.querySelector('input').value || body.rows.length));
			remove.addEventListener('click', () => {
				const next = row.nextElementSibling ?? row.previousElementSibling;
				if (!next) {
					for (const input of row.querySelectorAll('input')) input.value = '';
				} else {
					row.remove();
				}
				(next ?? row).querySelector('input').focus();
				rename();
			});
			cell.append(remove);
			row.insertBefore(cell, row.querySelector('.of-path'));
		};
		const empty = () => {
			const row = body.rows[body.rows.length - 1].cloneNode(true);
			row.className = '';
			for (const extra of row.querySelectorAll('.row-end, .wrong-text, .spot')) extra.remove();
			for (const input of row.querySelectorAll('input')) input.value = '';
			for (const input of row.querySelectorAll('input[aria-label]')) input.setAttribute('aria-label', input.getAttribute('aria-label').replace(/\d+/, body.rows.length + 1));
			return row;
		};
		if (body.rows.length > 1) body.rows[body.rows.length - 1].remove(); // one to fill is enough here
		for (const row of body.rows) end(row);
		add.hidden = false;
		add.addEventListener('click', () => {
			const row = empty();
			body.append(row);
			end(row);
			row.querySelector('input').focus();
		});
	}
}

// What came of a run is read first.
const result = document.getElementById('result');
result?.scrollIntoView({ block: 'start' });
result?.focus({ preventScroll: true });
