// A client application: it shows what it was told, and signs people in by code and PKCE, in a window or in its frame.
const parameters = new URLSearchParams(location.search);
const here = location.origin + location.pathname;

const status = document.querySelector('[role=status]');
const list = document.querySelector('dl');

function show(told) {
	for (const [name, value] of told) {
		const [term, text] = [document.createElement('dt'), document.createElement('dd')];
		[term.textContent, text.textContent] = [name, value];
		list.append(term, text);
	}
	const [term, text] = [document.createElement('dt'), document.createElement('dd')];
	[term.textContent, text.textContent] = ['scheme', matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'];
	list.append(term, text);
}

const base64url = (bytes) => btoa(String.fromCharCode(...bytes)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '');

let verifier;

async function authorizeURL(told) {
	verifier = base64url(crypto.getRandomValues(new Uint8Array(32)));
	const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
	return `${told.get('gcHostOrigin')}/oauth/authorize?${new URLSearchParams({
		client_id: told.get('client'), redirect_uri: here, response_type: 'code',
		code_challenge: base64url(new Uint8Array(digest)), code_challenge_method: 'S256',
	})}`;
}

async function finish(code, told) {
	const origin = told.get('gcHostOrigin');
	const answer = await fetch(`${origin}/oauth/token`, {
		method: 'POST',
		body: new URLSearchParams({ grant_type: 'authorization_code', code, code_verifier: verifier, client_id: told.get('client'), redirect_uri: here }),
	});
	const { access_token } = await answer.json();
	const me = await fetch(`${origin}/api/v2/users/me`, { headers: { Authorization: `Bearer ${access_token}` } });
	const { name } = await me.json();
	status.textContent = name;
}

document.querySelector('button').addEventListener('click', async () => {
	const url = await authorizeURL(parameters);
	if (parameters.get('popup') === 'true') {
		window.open(url, 'sign-in', 'popup');
		return;
	}
	// What the application was told has to survive the way to the log-in host and back. Frames of another site have no storage.
	sessionStorage.setItem('begun', JSON.stringify({ verifier, told: String(parameters) }));
	location.assign(url);
});

if (window.opener && parameters.has('code')) { // the window that came back
	window.opener.postMessage(parameters.get('code'), location.origin);
	window.close();
} else if (parameters.has('code')) { // the frame that came back
	const begun = JSON.parse(sessionStorage.getItem('begun'));
	verifier = begun.verifier;
	const told = new URLSearchParams(begun.told);
	await finish(parameters.get('code'), told);
	show(told);
} else {
	window.addEventListener('message', (event) => {
		if (event.origin === location.origin) finish(event.data, parameters);
	});
	show(parameters);
}
document.body.dataset.ready = '';
