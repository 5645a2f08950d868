// An application that was written for the real service: nothing in it speaks of mockcloud.
import platformClient from 'purecloud-platform-client-v2';

const client = platformClient.ApiClient.instance;
client.setEnvironment('mockcloud.invalid'); // a real one would name its region here
await client.loginClientCredentialsGrant(process.env.GENESYSCLOUD_OAUTHCLIENT_ID, process.env.GENESYSCLOUD_OAUTHCLIENT_SECRET);
const organization = await new platformClient.OrganizationApi().getOrganizationsMe();
process.stdout.write(JSON.stringify(organization));
