// A small browser application as anybody might write it with the official SDK. Its page is served at one address for
// each grant, which is also its redirect URI.
const platformClient = require('platformClient');

const redirectURI = location.origin + location.pathname;
const logins = { '/implicit': 'loginImplicitGrant', '/pkce': 'loginPKCEGrant' };

async function start() {
	const { gateway, clients } = await (await fetch('/settings.json')).json();
	const client = platformClient.ApiClient.instance;
	client.setGateway(gateway);

	const show = (text) => { document.getElementById('outcome').textContent = text; };

	async function signIn(options) {
		try {
			// Without a token this leaves the page, unless the sign-in has a window of its own.
			const popUp = options.authPopupConfiguration ? `${location.origin}/pop-up` : redirectURI;
			const { state } = await client[logins[location.pathname]](clients[location.pathname], popUp, options);
			const me = await new platformClient.UsersApi().getUsersMe();
			const organization = await new platformClient.OrganizationApi().getOrganizationsMe();
			show(`${me.name} of ${organization.name}, state ${state ?? 'none'}`);
		} catch (reason) {
			show(`refused: ${reason.message}`);
		}
	}

	document.getElementById('login').addEventListener('click', () => signIn(JSON.parse(document.getElementById('options').value)));
	document.getElementById('logout').addEventListener('click', () => client.logout(redirectURI));
	document.body.dataset.ready = 'true';
	if (location.hash || location.search) await signIn({}); // back from the log-in page
}

start();
