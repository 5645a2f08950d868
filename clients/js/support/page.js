// Stands in for the page of a browser application, so that the SDK's logins that need one run in Node.js too.

/**
 * Calls a login of the SDK as the page at the address would. Returns its answer, or the URL that the SDK sends the page
 * to: then the login goes on at the page where the browser comes back.
 */
export async function onPage(address, login) {
	const { search, hash, pathname } = new URL(address);
	let leave;
	const leaving = new Promise((resolve) => { leave = resolve; });
	const replace = (url) => leave(new URL(url));
	const page = {
		window: { crypto: globalThis.crypto, location: { search, hash, pathname, replace } },
		history: { replaceState() {} },
		document: { title: '' },
	};
	Object.assign(globalThis, page);
	try {
		return await Promise.race([leaving, login()]);
	} finally {
		for (const name of Object.keys(page)) delete globalThis[name];
	}
}
