// What makes the console's pages handier; all of them work without it.
'use strict';

// Buttons that copy: they are of no use without a script, and therefore hidden until here.
function revealCopyButtons(root) {
	for (const button of root.querySelectorAll('button[data-copy]')) button.hidden = false;
}
revealCopyButtons(document);

/** Copies a text, also where the browser has no clipboard for scripts: without https, or without permission. */
async function copyText(text, near = document.body) {
	try {
		await navigator.clipboard.writeText(text);
	} catch {
		const { activeElement } = document;
		const area = document.createElement('textarea');
		area.value = text;
		near.append(area);
		area.select();
		document.execCommand('copy');
		area.remove();
		activeElement?.focus();
	}
}

document.addEventListener('click', async (event) => {
	const button = event.target.closest('button[data-copy]');
	if (!button) return;
	await copyText(button.dataset.copy, button.closest('dialog') ?? document.body);
	const label = button.textContent;
	button.textContent = document.body.dataset.copied;
	setTimeout(() => { button.textContent = label; }, 1500);
});

// Questions are asked in a dialog over the page; the form in it is that of the page that asks.
document.addEventListener('click', async (event) => {
	const link = event.target.closest('a[data-dialog]');
	if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
	event.preventDefault();
	let page;
	try {
		const answer = await fetch(link.href);
		page = new DOMParser().parseFromString(await answer.text(), 'text/html');
	} catch {
		page = null;
	}
	const form = page?.querySelector('#confirm');
	if (!form) {
		location.assign(link.href);
		return;
	}
	const dialog = document.createElement('dialog');
	const title = document.createElement('h2');
	title.id = 'dialog-title';
	title.textContent = page.querySelector('h1').textContent;
	dialog.setAttribute('aria-labelledby', title.id);
	form.action = link.href;
	dialog.append(title, document.adoptNode(form));
	document.body.append(dialog);
	dialog.addEventListener('close', () => { dialog.remove(); link.focus(); });
	dialog.addEventListener('click', (inside) => {
		if (inside.target === dialog || inside.target.closest('[data-cancel]')) {
			inside.preventDefault();
			dialog.close();
		}
	});
	dialog.showModal();
});

// The menu of the person closes by a click elsewhere, and by Escape.
const who = document.querySelector('details.who');
if (who) {
	document.addEventListener('click', (event) => { if (!who.contains(event.target)) who.open = false; });
	who.addEventListener('keydown', (event) => {
		if (event.key !== 'Escape') return;
		who.open = false;
		who.querySelector('summary').focus();
	});
}

// What was refused is read first.
document.getElementById('problem')?.focus();
