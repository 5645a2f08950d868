// Who is in the default organization, and the OAuth clients that sign them in.

/** People with their published passwords. */
export const admin = { email: 'admin@mockcloud.test', password: 'fake-admin-password' };
export const agent = { email: 'agent1@mockcloud.test', password: 'fake-agent1-password' };

/** An authorization-code client. */
export const webApp = {
	id: '6d6f636b-0006-4000-8000-000000000002',
	secret: 'fake-secret-of-the-mockcloud-web-app-client',
	redirectURI: 'http://localhost:3000/callback',
};

/** An implicit-grant client. */
export const browserApp = { id: '6d6f636b-0006-4000-8000-000000000003', redirectURI: 'http://localhost:3000/' };

/** A SAML2-bearer client. */
export const samlApp = { id: '6d6f636b-0006-4000-8000-000000000004', secret: 'fake-secret-of-the-mockcloud-saml-client-00' };
