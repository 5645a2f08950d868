// Searches while somebody types; without it, the button does.
const form = document.getElementById('search');
let waiting;
let asked = 0;

async function search() {
	const mine = ++asked;
	const query = new URLSearchParams(new FormData(form));
	for (const [name, value] of [...query]) if (value === '') query.delete(name);
	const address = `${location.pathname}?${query}`;
	const answer = await fetch(address);
	const text = await answer.text();
	if (mine !== asked || !answer.ok) return;
	const found = new DOMParser().parseFromString(text, 'text/html').getElementById('results');
	document.getElementById('results').replaceWith(document.adoptNode(found));
	history.replaceState(null, '', address);
}

function later() {
	clearTimeout(waiting);
	waiting = setTimeout(() => search().catch(() => {}), 200);
}

form.addEventListener('input', later);
