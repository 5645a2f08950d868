// Points the official SDK at a mockcloud.
import './sandbox.js';

const { default: platformClient } = await import('purecloud-platform-client-v2');

export { platformClient };

/** An environment that no name server knows: a mistake in the suite must not reach a real organization. */
export const nowhere = 'mockcloud.invalid';

/** One API client of the SDK with the services that the suite uses. */
export class Session {
	/** @param gateway what differs from the plain address of the server, such as path prefixes */
	constructor(server, gateway = {}) {
		this.server = server;
		this.client = new platformClient.ApiClientClass();
		this.client.config.live_reload_config = false; // no watcher for each session
		this.client.setEnvironment(nowhere);
		this.client.setGateway({ protocol: 'http', host: server.host, port: server.port, ...gateway });
		this.analytics = new platformClient.AnalyticsApi(this.client);
		this.notifications = new platformClient.NotificationsApi(this.client);
		this.authorization = new platformClient.AuthorizationApi(this.client);
		this.groups = new platformClient.GroupsApi(this.client);
		this.integrations = new platformClient.IntegrationsApi(this.client);
		this.oauth = new platformClient.OAuthApi(this.client);
		this.organization = new platformClient.OrganizationApi(this.client);
		this.presence = new platformClient.PresenceApi(this.client);
		this.routing = new platformClient.RoutingApi(this.client);
		this.scim = new platformClient.SCIMApi(this.client);
		this.tokens = new platformClient.TokensApi(this.client);
		this.users = new platformClient.UsersApi(this.client);
	}

	/** Signs in with client credentials and returns the SDK's own answer. */
	signIn({ id, secret }) {
		return this.client.loginClientCredentialsGrant(id, secret);
	}

	get token() {
		return this.client.authData.accessToken;
	}

	/** A session with the same token whose answers come with status and headers. */
	extended() {
		const twin = withToken(this.server, this.token);
		twin.client.setReturnExtendedResponses(true);
		return twin;
	}
}

/** A session that is signed in as an OAuth client, the seeded administrator unless another is named. */
export async function signedIn(server, credentials = server.admin) {
	const session = new Session(server);
	await session.signIn(credentials);
	return session;
}

/** A session with an access token from elsewhere. */
export function withToken(server, token) {
	const session = new Session(server);
	session.client.setAccessToken(token);
	return session;
}

/** A session of a user. */
export async function asUser(server, email) {
	return withToken(server, await server.tokenOf(email));
}
