import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import {
	assertCreated, assertHolds, assertLists, assertReads, deleted, firstOf, gone, invalid, stale, startJourney,
} from '../support/journeys.js';

const { api, extended, home } = await startJourney();
const telephony = api.TelephonyProvidersEdge;

describe('a journey through telephony', () => {
	test('opens a site with number plans of its own', async () => {
		const regions = await api.Telephony.getTelephonyMediaregions();
		assert.equal(typeof regions.awsHomeRegion, 'string');
		assert.ok(Array.isArray(regions.awsCoreRegions) && Array.isArray(regions.awsSatelliteRegions), JSON.stringify(regions));
		const location = await api.Locations.postLocations({ name: 'Porto', emergencyNumber: { number: '+13175550141', type: 'default' } });
		const sent = {
			name: 'Porto', description: 'By the sea', location: { id: location.id }, mediaModel: 'Cloud', mediaRegionsUseLatencyBased: true,
			callerId: '+13175550143', callerName: 'Porto',
		};
		const { status, body: site } = await extended.TelephonyProvidersEdge.postTelephonyProvidersEdgesSites(sent);
		assert.equal(status, 200); // the provider for Terraform takes nothing else
		assertCreated(site, { ...sent, state: 'active' });
		const read = await assertReads((id) => telephony.getTelephonyProvidersEdgesSite(id), site.id, site);
		for (const sites of [read.primarySites, read.secondarySites]) assert.ok(Array.isArray(sites), JSON.stringify(read));
		assertLists(await telephony.getTelephonyProvidersEdgesSites({ name: 'Porto' }), site);

		const changed = await extended.TelephonyProvidersEdge.putTelephonyProvidersEdgesSite(site.id, { ...read, primarySites: [{ id: site.id }] });
		assert.equal(changed.status, 200);
		assertHolds(changed.body, { ...sent, primarySites: [{ id: site.id }], version: site.version + 1 });
		await stale(telephony.putTelephonyProvidersEdgesSite(site.id, { ...read, description: 'In the hills' }));

		assert.ok(Array.isArray(await telephony.getTelephonyProvidersEdgesSiteNumberplans(site.id)));
		const plan = { name: 'Extensions', classification: 'Intra', matchType: 'numberList', numbers: [{ start: '100', end: '199' }], priority: 1 };
		const plans = await telephony.putTelephonyProvidersEdgesSiteNumberplans(site.id, [plan]);
		assertHolds(plans, [plan]);
		assert.deepEqual(await telephony.getTelephonyProvidersEdgesSiteNumberplans(site.id), plans);
		assertHolds(await telephony.getTelephonyProvidersEdgesSiteNumberplan(site.id, plans[0].id), plan);
		assert.ok((await api.Organization.getOrganizationsMe()).defaultSiteId);

		await telephony.deleteTelephonyProvidersEdgesSite(site.id);
		await deleted(telephony.getTelephonyProvidersEdgesSite(site.id));
	});

	test('sets up a trunk and the group of edges that use it', async () => {
		const metabase = firstOf(await telephony.getTelephonyProvidersEdgesTrunkbasesettingsAvailablemetabases({ type: 'PHONE' }), 'trunk metabase');
		const properties = {
			trunk_type: { value: { default: 'station', instance: 'station' } },
			trunk_access_acl_allowList: { value: { instance: ['10.0.0.0/8'] } },
		};
		const sent = { name: 'Desk phones', description: 'All of them', trunkMetabase: { id: metabase.id }, trunkType: 'PHONE', properties };
		const trunk = assertCreated(await telephony.postTelephonyProvidersEdgesTrunkbasesettings(sent), { ...sent, state: 'active' });
		assert.deepEqual((await telephony.getTelephonyProvidersEdgesTrunkbasesetting(trunk.id, { ignoreHidden: true })).properties, properties);
		assertLists(await telephony.getTelephonyProvidersEdgesTrunkbasesettings({ name: 'Desk phones', pageSize: 100 }), trunk);
		const changed = await telephony.putTelephonyProvidersEdgesTrunkbasesetting(trunk.id, { ...trunk, description: 'Some of them' });
		assert.equal(changed.version, trunk.version + 1);
		await stale(telephony.putTelephonyProvidersEdgesTrunkbasesetting(trunk.id, { ...trunk, description: 'None' }));
		await invalid(telephony.postTelephonyProvidersEdgesTrunkbasesettings({ ...sent, trunkType: 'TRUMPET' }));

		const edges = {
			name: 'Closet', managed: false, hybrid: false, phoneTrunkBases: [{ id: trunk.id }], edgeTrunkBaseAssignment: { trunkBase: { id: trunk.id }, family: 6 },
		};
		const group = assertCreated(await telephony.postTelephonyProvidersEdgesEdgegroups(edges), edges);
		assertHolds(await telephony.getTelephonyProvidersEdgesEdgegroup(group.id), { ...edges, id: group.id, state: 'active' });
		const renamed = await telephony.putTelephonyProvidersEdgesEdgegroup(group.id, { ...edges, name: 'Cellar', version: group.version });
		assertHolds(renamed, { name: 'Cellar', version: group.version + 1, phoneTrunkBases: [{ id: trunk.id }] });

		await telephony.deleteTelephonyProvidersEdgesEdgegroup(group.id);
		await deleted(telephony.getTelephonyProvidersEdgesEdgegroup(group.id));
		await telephony.deleteTelephonyProvidersEdgesTrunkbasesetting(trunk.id);
		await deleted(telephony.getTelephonyProvidersEdgesTrunkbasesetting(trunk.id));
	});

	test('hands out extensions', async () => {
		const sent = { name: 'Three hundreds', startNumber: '300', endNumber: '399', description: 'Third floor' };
		const pool = assertCreated(await telephony.postTelephonyProvidersEdgesExtensionpools(sent), { ...sent, state: 'active' });
		assert.equal(pool.division.id, home.id);
		await assertReads((id) => telephony.getTelephonyProvidersEdgesExtensionpool(id), pool.id, pool);
		const listing = await telephony.getTelephonyProvidersEdgesExtensionpools({ pageSize: 100 });
		assertLists(listing, pool);
		for (const count of [listing.total, listing.pageCount]) assert.ok(Number.isInteger(count), JSON.stringify(listing));
		assert.deepEqual((await telephony.getTelephonyProvidersEdgesExtensionpools({ pageSize: 100, pageNumber: 50 })).entities, []);

		const longer = await telephony.putTelephonyProvidersEdgesExtensionpool(pool.id, { ...pool, endNumber: '499' });
		assertHolds(longer, { id: pool.id, endNumber: '499', version: pool.version + 1 });
		await stale(telephony.putTelephonyProvidersEdgesExtensionpool(pool.id, { ...pool, endNumber: '599' }));
		await telephony.deleteTelephonyProvidersEdgesExtensionpool(pool.id);
		await deleted(telephony.getTelephonyProvidersEdgesExtensionpool(pool.id));
		await gone(telephony.putTelephonyProvidersEdgesExtensionpool('nowhere', sent));
	});
});
