// The list of requests goes on by itself, until somebody pauses it.
'use strict';

const live = document.querySelector('.inspector-live[data-stream]');
const list = document.querySelector('.inspector-list');

if (live && list && 'EventSource' in window) {
	const most = 500;
	const rows = list.tBodies[0];
	const status = live.querySelector('[role="status"]');
	const button = live.querySelector('[data-pause]');
	const address = new URL(live.dataset.stream, location.href);
	let source = null;

	// The state is said by a shape and a word.
	const say = (kind, text) => {
		status.className = 'status ' + kind;
		status.replaceChildren();
		const shape = document.createElement('span');
		shape.ariaHidden = 'true';
		shape.textContent = { ok: '●', wait: '◐', off: '○', bad: '▲' }[kind] + ' ';
		status.append(shape, text);
	};

	const add = (event) => {
		if (event.lastEventId) address.searchParams.set('after', event.lastEventId);
		const piece = document.createElement('template');
		piece.innerHTML = event.data; // the server has escaped it
		const row = piece.content.querySelector('tr');
		if (!row || (row.dataset.sequence && rows.querySelector(`[data-sequence="${row.dataset.sequence}"]`))) return;
		row.classList.add('new');
		rows.prepend(row);
		while (rows.rows.length > most) rows.lastElementChild.remove();
		list.hidden = false;
		document.querySelector('.inspector-none')?.remove();
	};

	const open = () => {
		source = new EventSource(address);
		source.addEventListener('open', () => say('ok', status.dataset.live));
		source.addEventListener('row', add);
		source.addEventListener('error', () => {
			if (source.readyState !== EventSource.CLOSED) { // the browser tries again
				say('wait', status.dataset.lost);
				return;
			}
			say('bad', status.dataset.ended);
			button.hidden = true;
			live.querySelector('[data-refresh]').hidden = false;
		});
	};

	button.hidden = false;
	live.querySelector('[data-refresh]').hidden = true;
	button.addEventListener('click', () => {
		if (source.readyState === EventSource.CLOSED) {
			button.textContent = button.dataset.pause;
			open();
			return;
		}
		source.close();
		button.textContent = button.dataset.resume;
		say('off', status.dataset.paused);
	});
	// A page that is left must not hold a connection: there are few of them.
	window.addEventListener('pagehide', () => source.close());
	window.addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); });
	open();
}
