import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { divisionNamed, idsOf, namesOf, unknownID } from '../support/expect.js';
import {
	assertCreated, assertHolds, assertLists, assertOmits, assertPage, assertReads, deleted, firstOf, gone, invalid, refusedWith, stale,
	startJourney,
} from '../support/journeys.js';

const { admin, api, home } = await startJourney();
const sales = await divisionNamed(admin, 'Sales');
const { entities: [someone, somebody] } = await api.Users.getUsers();

const exactly = (...fields) => ({ query: fields.map(([field, ...values]) => ({ type: 'EXACT', fields: [field], values })) });

describe('a journey among people', () => {
	test('deletes a user, finds the deleted one and brings it back', async () => {
		const sent = { name: 'Lou Leaver', email: 'lou@mockcloud.test', divisionId: sales.id, title: 'Clerk', department: 'Office' };
		const user = await api.Users.postUsers(sent);
		assert.equal(user.division.id, sales.id);
		const moved = await api.Users.patchUser(user.id, { version: user.version, title: 'Leaver' });
		assert.equal(moved.version, user.version + 1);
		await stale(api.Users.patchUser(user.id, { version: user.version, title: 'Stayer' }));

		await api.Users.deleteUser(user.id);
		const search = exactly(['email', sent.email], ['state', 'deleted']);
		const found = await api.Search.postUsersSearch(search);
		assert.equal(found.total, 1);
		assertHolds(assertLists(found, user), { state: 'deleted' });
		assertOmits(await api.Users.getUsers({ pageSize: 100 }), user);
		assert.equal((await refusedWith(409, api.Users.postUsers(sent))).code, 'general.conflict');

		const gone = await api.Users.getUser(user.id, { state: 'deleted' });
		assert.equal(gone.state, 'deleted');
		const back = await api.Users.patchUser(user.id, { version: gone.version, state: 'active' });
		assertHolds(back, { id: user.id, state: 'active' });
		assertHolds(await api.Users.getUser(user.id), { name: sent.name, email: sent.email, title: 'Leaver', department: 'Office', state: 'active' });
		assert.deepEqual((await api.Search.postUsersSearch(search)).results ?? [], []);
	});

	test('gathers a team', async () => {
		const sent = { name: 'Night shift', description: 'Who is awake', division: { id: sales.id } };
		const team = assertCreated(await api.Teams.postTeams(sent), sent);
		await gone(api.Teams.getTeam(unknownID));
		assertHolds(await api.Teams.getTeam(team.id), { ...sent, id: team.id });
		assertLists(await api.Teams.getTeams({ name: 'Night shift' }), team);
		await gone(api.Teams.getTeamMembers(unknownID));

		const added = await api.Teams.postTeamMembers(team.id, { memberIds: [someone.id, somebody.id] });
		assert.deepEqual(added.failures, []);
		assert.deepEqual(idsOf(await api.Teams.getTeamMembers(team.id, { pageSize: 100 })).sort(), [someone.id, somebody.id].sort());
		assert.equal((await api.Teams.getTeam(team.id)).memberCount, 2);
		await api.Teams.deleteTeamMembers(team.id, [someone.id, somebody.id]);
		assert.deepEqual((await api.Teams.getTeamMembers(team.id)).entities, []);

		assertHolds(await api.Teams.patchTeam(team.id, { name: 'Day shift' }), { id: team.id, name: 'Day shift', description: 'Who is awake' });
		const search = await api.Teams.postTeamsSearch({ query: [{ type: 'EXACT', fields: ['name'], value: 'Day shift' }] });
		assertLists(search, team);
		await api.Teams.deleteTeam(team.id);
		await gone(api.Teams.getTeam(team.id));
	});

	test('describes a location, and leaves out what was left empty', async () => {
		const parent = await api.Locations.postLocations({ name: 'Lisbon', emergencyNumber: {}, address: {} });
		const sent = { name: 'Harbour office', notes: 'With a view', path: [parent.id], emergencyNumber: {}, address: {} };
		const location = await api.Locations.postLocations(sent);
		assertHolds(location, { name: 'Harbour office', notes: 'With a view', path: [parent.id], version: 1 });
		const read = await assertReads((id) => api.Locations.getLocation(id), location.id, location);
		assert.ok(!('address' in read) && !('emergencyNumber' in read), `empty objects in ${JSON.stringify(read)}`);

		const address = { street1: 'Rua Nova 1', city: 'Lisboa', country: 'PT', zipcode: '1200-001' };
		const emergencyNumber = { number: '+13175550142', type: 'default' };
		const change = { name: sent.name, version: 1, address, emergencyNumber };
		assertHolds(await api.Locations.patchLocation(location.id, change), { address, emergencyNumber, notes: 'With a view', version: 2 });
		await stale(api.Locations.patchLocation(location.id, { ...change, notes: 'Without' }));
		assertHolds(await api.Locations.getLocation(location.id), { address, emergencyNumber, notes: 'With a view', version: 2 });

		const search = await api.Locations.postLocationsSearch({ query: [{ type: 'EXACT', fields: ['name'], value: 'Harbour office' }] });
		assert.equal(search.total, 1);
		assertLists(search, location);
		assertLists(await api.Locations.getLocations({ pageSize: 100 }), location);
		assertLists(await api.Locations.getLocationSublocations(parent.id), location);
		await api.Locations.deleteLocation(location.id);
		await deleted(api.Locations.getLocation(location.id));
		assertOmits(await api.Locations.getLocations({ pageSize: 100 }), location);
	});

	test('keeps a presence that is no longer used', async () => {
		const sent = { systemPresence: 'Busy', languageLabels: { en_US: 'Baking', de: 'Backen' }, divisionId: home.id };
		const presence = assertCreated(await api.Presence.postPresenceDefinitions0(sent), sent);
		assert.equal(presence.deactivated, false);
		await assertReads((id) => api.Presence.getPresenceDefinition0(id), presence.id, presence);
		const changed = await api.Presence.putPresenceDefinition0(presence.id, { ...sent, languageLabels: { en_US: 'Cooking' } });
		assert.deepEqual(changed.languageLabels, { en_US: 'Cooking' });
		await invalid(api.Presence.putPresenceDefinition0(presence.id, { ...sent, systemPresence: 'Sleeping' }));
		await api.Presence.deletePresenceDefinition0(presence.id);
		assertHolds(await api.Presence.getPresenceDefinition0(presence.id), { deactivated: true, languageLabels: { en_US: 'Cooking' } });
	});

	test('greets the callers of a user', async () => {
		const sent = { name: 'Out for lunch', type: 'VOICEMAIL', ownerType: 'USER', owner: { id: someone.id } };
		const greeting = assertCreated(await api.Greetings.postUserGreetings(someone.id, sent), { name: sent.name, type: sent.type, ownerType: sent.ownerType });
		assertHolds(await api.Greetings.getGreeting(greeting.id), { name: sent.name, owner: { id: someone.id } });
		assertLists(await api.Greetings.getUserGreetings(someone.id), greeting);
		assertHolds(await api.Greetings.putGreeting(greeting.id, { ...sent, name: 'Back at two' }), { id: greeting.id, name: 'Back at two' });
		await api.Greetings.deleteGreeting(greeting.id);
		await gone(api.Greetings.getGreeting(greeting.id));
		assertOmits(await api.Greetings.getUserGreetings(someone.id), greeting);
	});

	test('sits a user down at a station', async () => {
		const station = firstOf({ entities: (await api.Stations.getStations()).entities.filter((s) => s.status === 'AVAILABLE') }, 'free station');
		await api.Users.putUserStationAssociatedstationStationId(someone.id, station.id);
		assert.equal((await api.Users.getUserStation(someone.id)).associatedStation.id, station.id);
		assertHolds(await api.Stations.getStation(station.id), { id: station.id, name: station.name, status: 'ASSOCIATED', userId: someone.id });
		await api.Stations.deleteStationAssociateduser(station.id);
		const free = await api.Stations.getStation(station.id);
		assert.equal(free.status, 'AVAILABLE');
		assert.ok(!('userId' in free), JSON.stringify(free));
		assert.ok(!('associatedStation' in await api.Users.getUserStation(someone.id)));
		await gone(api.Users.putUserStationAssociatedstationStationId(someone.id, unknownID));
	});

	test('knows the people of another company', async () => {
		const company = { name: 'Gadget Works', industry: 'Gadgets', employeeCount: 12, tags: ['gadgets', 'tools'], websites: ['https://gadgets.example.com'] };
		const organization = assertCreated(await api.ExternalContacts.postExternalcontactsOrganizations(company), company);
		await assertReads((id) => api.ExternalContacts.getExternalcontactsOrganization(id), organization.id, organization);
		const person = {
			firstName: 'Gil', lastName: 'Gadget', title: 'Tinkerer', workEmail: 'gil@gadgets.example.com',
			workPhone: { display: '+1 317-555-0150', e164: '+13175550150', countryCode: 'US' },
		};
		// The id of the company is enough, although the document requires its name (developer community, "External Contacts API").
		const contact = assertCreated(
			await api.ExternalContacts.postExternalcontactsContacts({ ...person, externalOrganization: { id: organization.id } }),
			{ ...person, externalOrganization: { id: organization.id } },
		);
		const listing = await api.ExternalContacts.getExternalcontactsContacts({ q: 'Gadget', pageSize: 20 });
		assertPage(listing, { pageSize: 20 });
		assertLists(listing, contact);
		assertOmits(await api.ExternalContacts.getExternalcontactsContacts({ q: 'Nobody of that name' }), contact);
		assertLists(await api.ExternalContacts.getExternalcontactsOrganizationContacts(organization.id), contact);

		const note = assertCreated(
			await api.ExternalContacts.postExternalcontactsContactNotes(contact.id, { noteText: 'Likes bolts', createdBy: { id: someone.id } }),
			{ noteText: 'Likes bolts' },
		);
		assertLists(await api.ExternalContacts.getExternalcontactsContactNotes(contact.id), note);
		await gone(api.ExternalContacts.getExternalcontactsContactNotes(unknownID));
		const relationship = assertCreated(
			await api.ExternalContacts.postExternalcontactsRelationships({
				relationship: 'Account manager', user: { id: someone.id }, externalOrganization: { id: organization.id },
			}),
			{ relationship: 'Account manager', user: { id: someone.id }, externalOrganization: { id: organization.id } },
		);
		assertLists(await api.ExternalContacts.getExternalcontactsOrganizationRelationships(organization.id), relationship);

		const married = await api.ExternalContacts.putExternalcontactsContact(contact.id, { ...contact, lastName: 'Widget' });
		assertHolds(married, { ...person, id: contact.id, lastName: 'Widget' });
		await api.ExternalContacts.deleteExternalcontactsContact(contact.id);
		await gone(api.ExternalContacts.getExternalcontactsContact(contact.id));
		await gone(api.ExternalContacts.getExternalcontactsContactNote(contact.id, note.id));
		await api.ExternalContacts.deleteExternalcontactsOrganization(organization.id);
		assert.ok(!namesOf(await api.ExternalContacts.getExternalcontactsOrganizations({ q: 'Gadget' })).includes('Gadget Works'));
	});
});
