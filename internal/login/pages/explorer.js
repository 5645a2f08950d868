// Shows the operations of a tag with Swagger UI, and sends the calls that it makes with the token of whoever was chosen.
// The token stays in this page: it is in no address, cookie or storage, and goes nowhere but to this server's API.
const element = (id) => document.getElementById(id);
const caller = element('as');
const state = element('status');
const say = (key, what = '') => { state.textContent = state.dataset[key].replace('%s', () => what); };

let token = '';
let asked = 0; // the latest choice holds, whichever answer comes first

async function choose() {
	const mine = ++asked;
	token = '';
	element('paste').hidden = caller.value !== 'token';
	remember(caller.value);
	if (caller.value === '') return say('nobody');
	if (caller.value === 'token') return paste();
	const [kind, id] = [caller.value.slice(0, caller.value.indexOf(':')), caller.value.slice(caller.value.indexOf(':') + 1)];
	const name = caller.selectedOptions[0].textContent;
	say('asking');
	try {
		const answer = await fetch('/_mockcloud/token', {
			method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ [kind]: id }),
		});
		const content = await answer.json();
		if (mine !== asked) return undefined;
		if (!answer.ok) return say('refused', content.message);
		token = content.access_token;
		return say('as', name);
	} catch {
		return mine === asked ? say('unreachable') : undefined;
	}
}

function paste() {
	token = element('token').value.trim().replace(/^bearer\s+/i, '');
	if (/^[\w.~+/=-]+$/.test(token)) return say('own');
	token = '';
	return say('nobody');
}

// Who was chosen, not the token, stands in the address, so that it holds on the next page, and in the search's, too.
function remember(who) {
	const here = new URL(location.href);
	here.searchParams.set('as', who);
	element('keep').value = who;
	history.replaceState(history.state, '', here);
	for (const link of document.querySelectorAll('.languages a')) {
		const there = new URL(link.href);
		there.search = here.search;
		there.searchParams.set('ui_locales', link.hreflang);
		link.href = there.href;
	}
}

// What of Swagger UI the page has in its own way, or does not need.
const nothing = () => () => null;
const plugin = { wrapComponents: { authorizeBtn: nothing, authorizeOperationBtn: nothing, InfoContainer: nothing, ServersContainer: nothing, SchemesContainer: nothing } };

function show(url) {
	const place = document.createElement('div');
	element('swagger').replaceChildren(place);
	SwaggerUIBundle({
		domNode: place, url, plugins: [plugin], deepLinking: true, docExpansion: 'list', tryItOutEnabled: true, validatorUrl: null,
		displayOperationId: true, displayRequestDuration: true, showExtensions: true, defaultModelsExpandDepth: -1,
		persistAuthorization: false, withCredentials: false,
		requestInterceptor(request) {
			const { origin, pathname } = new URL(request.url, location.href);
			if (token && origin === location.origin && pathname.startsWith('/api/v2/')) request.headers.Authorization = `Bearer ${token}`;
			return request;
		},
	});
}

// Another tag does not need another page, which would not have the token.
function follow(event) {
	const link = event.target.closest('a[data-tag]');
	if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
	event.preventDefault();
	const there = new URL(link.href);
	const who = new URL(location.href).searchParams.get('as');
	if (who !== null) there.searchParams.set('as', who);
	history.pushState(null, '', there);
	explore();
	element('stage').scrollIntoView();
}

let shown = null; // the tag that the address had

function explore() {
	const wanted = shown = new URL(location.href).searchParams.get('tag');
	let chosen = null;
	for (const link of document.querySelectorAll('.taglist a')) {
		const here = wanted !== null && link.dataset.tag.toLowerCase() === wanted.toLowerCase();
		if (here) chosen = link.dataset.tag;
		if (here) link.setAttribute('aria-current', 'page');
		else link.removeAttribute('aria-current');
	}
	element('start').hidden = chosen !== null || !element('found').hidden;
	if (chosen === null) return element('swagger').replaceChildren();
	const url = `/_mockcloud/openapi/${encodeURIComponent(chosen)}.json`;
	element('document').href = url;
	element('unknown')?.remove();
	element('found').hidden = true;
	element('taglist').open = matchMedia('(min-width: 60rem)').matches;
	return show(url);
}

// Without another page, the list of tags is filtered while somebody types.
function filter() {
	const words = element('find').value.toLowerCase().split(/\s+/).filter(Boolean);
	let left = 0;
	for (const item of document.querySelectorAll('.taglist li')) {
		const name = item.querySelector('a').dataset.tag.toLowerCase();
		item.hidden = !words.every((word) => name.includes(word));
		if (!item.hidden) left++;
	}
	if (left === 0) for (const item of document.querySelectorAll('.taglist li')) item.hidden = false;
}

addEventListener('popstate', () => {
	if (new URL(location.href).searchParams.get('tag') !== shown) explore(); // else it was an anchor of Swagger UI's
});
caller.addEventListener('change', choose);
element('token').addEventListener('input', paste);
element('paste').addEventListener('submit', (event) => event.preventDefault());
element('find').addEventListener('input', filter);
document.querySelector('.explorer').addEventListener('click', follow);
element('noscript').remove();
choose();
if (element('swagger').dataset.document) explore();
