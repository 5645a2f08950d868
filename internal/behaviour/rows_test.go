package behaviour_test

import (
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/behaviour"
)

// chosen are operations whose behaviour is known, with their rows: kind, collection,
// key, parents, property with the list, paging, effect.
var chosen = map[string]string{
	// Collections with items, at all depths.
	"getRoutingSkillgroups":                          "list|/routing/skillgroups|||entities|cursor|",
	"postRoutingSkillgroups":                         "create|/routing/skillgroups|||||",
	"getArchitectIvr":                                "get|/architect/ivrs|ivrId||||",
	"putArchitectIvr":                                "put|/architect/ivrs|ivrId||||",
	"patchLocation":                                  "patch|/locations|locationId||||",
	"deleteOutboundCampaign":                         "delete|/outbound/campaigns|campaignId||||",
	"getFlowsDatatableRow":                           "get|/flows/datatables/{datatableId}/rows|rowId|datatableId@/flows/datatables|||",
	"postKnowledgeKnowledgebaseDocumentVariations":   "create|/knowledge/knowledgebases/{knowledgeBaseId}/documents/{documentId}/variations||knowledgeBaseId@/knowledge/knowledgebases documentId@/knowledge/knowledgebases/{knowledgeBaseId}/documents|||",
	"getTaskmanagementWorktypeStatuses":              "list|/taskmanagement/worktypes/{worktypeId}/statuses||worktypeId@/taskmanagement/worktypes|entities|all|",
	"putOutboundSchedulesCampaign":                   "put|/outbound/schedules/campaigns|campaignId||||",
	"postDiagnosticsLogcaptureBrowserUser":           "put|/diagnostics/logcapture/browser/users|userId|userId@/users|||",
	"putAssistantQueue":                              "put|/assistants/{assistantId}/queues|queueId|assistantId@/assistants queueId@/routing/queues|||",
	"getBusinessrulesDecisiontableVersionRows":       "list|/businessrules/decisiontables/{tableId}/versions/{tableVersion}/rows||tableId@/businessrules/decisiontables tableVersion@/businessrules/decisiontables/{tableId}/versions|entities|pages|",
	"headNotificationsChannel":                       "none||||||",
	"getLanguageunderstandingDomainVersion":          "get|/languageunderstanding/domains/{domainId}/versions|domainVersionId|domainId@/languageunderstanding/domains|||",
	"postContentmanagementDocuments":                 "create|/contentmanagement/documents|||||",
	"postWorkforcemanagementManagementunitWorkplans": "create|/workforcemanagement/managementunits/{managementUnitId}/workplans||managementUnitId@/workforcemanagement/managementunits|||",

	// The same things at other paths.
	"getFlowsDivisionviews":                          "view|/flows|||entities|pages|",
	"getOutboundCampaignsDivisionview":               "get|/outbound/campaigns|campaignId||||",
	"getExternalcontactsContactUnresolved":           "get|/externalcontacts/contacts|contactId||||",
	"getExternalcontactsGraphsClusterscansLatest":    "get|/externalcontacts/graphs/clusterscans|||||latest",
	"getCasemanagementCasesReference":                "get|/casemanagement/cases|referenceId||||by=reference",
	"deleteCasemanagementCaseCommentsMeCommentId":    "delete|/casemanagement/cases/{caseId}/comments|commentId|caseId@/casemanagement/cases|||",
	"getExternalcontactsScanContacts":                "view|/externalcontacts/contacts|||entities|cursor|",
	"getExternalcontactsScanNotes":                   "view|/externalcontacts/{}/{}/notes|||entities|cursor|",
	"getAssistantsQueues":                            "view|/assistants/{}/queues|||entities|cursor|",
	"getQualityForms":                                "list|/quality/forms/evaluations|||entities|pages|",
	"getVoicemailMeMessages":                         "view|/voicemail/messages|||entities|pages|",
	"getChatsRoomMessage":                            "view|/chats/rooms/{roomJid}/messages|messageIds|roomJid@/chats/rooms|entities|all|",
	"getUsersAgentuiAgentsAutoanswerAgentIdSettings": "read|/users/agentui/agents/autoanswer/{agentId}/settings||agentId@/users|||",

	// Conversations, whatever their media, and their parts.
	"getConversationsCalls":                                  "list|/conversations|||entities|all|",
	"getConversationsEmail":                                  "get|/conversations|conversationId||||",
	"postConversationsCallbacks":                             "create|/conversations|||||",
	"patchConversationsCallParticipant":                      "action|/conversations|conversationId|conversationId@/conversations participantId#participants|||",
	"patchConversationParticipantAttributes":                 "action|/conversations|conversationId|conversationId@/conversations participantId#participants|||",
	"postConversationsMessageParticipantCommunicationWrapup": "action|/conversations|conversationId|conversationId@/conversations participantId#participants communicationId#*|||",
	"getConversationParticipantSecureivrsessions":            "list|/conversations/{conversationId}/participants/{participantId}/secureivrsessions||conversationId@/conversations participantId#participants|entities|all|",
	"getConversationRecordings":                              "list|/conversations/{conversationId}/recordings||conversationId@/conversations|.|all|",
	"postQualityConversationEvaluations":                     "create|/quality/conversations/{conversationId}/evaluations||conversationId@/conversations|||",
	"postConversationDisconnect":                             "action|/conversations|conversationId||||",

	// Singletons.
	"getRoutingSettings":              "read|/routing/settings|||||",
	"putRoutingUserUtilization":       "write|/routing/users/{userId}/utilization||userId@/users|||",
	"deleteRoutingUtilization":        "reset|/routing/utilization|||||",
	"patchOutboundSettings":           "merge|/outbound/settings|||||",
	"getConversationAccessattributes": "read|/conversations/{conversationId}/accessattributes||conversationId@/conversations|||",
	"putOrganizationsWhitelist":       "write|/organizations/whitelist|||||",
	"getVoicemailUserpolicy":          "read|/voicemail/userpolicies/{userId}||userId@/users|||",
	"putConversationsMessagingIdentityresolutionIntegrationsOpenIntegrationId": "write|/conversations/messaging/identityresolution/integrations/open/{integrationId}||integrationId@/conversations/messaging/integrations/open|||",
	"postCarrierservicesIntegrationsEmergencylocationsMe":                      "write|/carrierservices/integrations/emergencylocations/me|||||",

	// Actions and what they bring about.
	"postOutboundCampaignStart":                         "action|/outbound/campaigns|campaignId||||campaignStatus=on",
	"postGamificationProfileDeactivate":                 "action|/gamification/profiles|profileId||||active=false",
	"postLearningModulePublish":                         "action|/learning/modules|moduleId||||isPublished=true",
	"postFlowsActionsDeactivate":                        "action|/flows|?flow||||active=false",
	"patchCasemanagementCasePriority":                   "action|/casemanagement/cases|caseId||||",
	"postWorkforcemanagementManagementunitWorkplanCopy": "copy|/workforcemanagement/managementunits/{managementUnitId}/workplans|workPlanId|managementUnitId@/workforcemanagement/managementunits|||",

	// Several at once.
	"postTeamMembers":                           "bulk-add|/teams/{teamId}/members||teamId@/teams|entities|all|",
	"deleteTeamMembers":                         "bulk-remove|/teams/{teamId}/members||teamId@/teams|||",
	"patchUsersBulk":                            "compute|/users|||entities|all|",
	"postLearningAssignmentsBulkadd":            "bulk-add|/learning/assignments|||entities|all|",
	"postExternalcontactsBulkContactsUpdate":    "bulk-update|/externalcontacts/contacts|||||",
	"postExternalcontactsBulkContacts":          "bulk-get|/externalcontacts/contacts|||||",
	"postOutboundContactlistContactsBulk":       "bulk-get|/outbound/contactlists/{contactListId}/contacts||contactListId@/outbound/contactlists|.|all|",
	"postAssistantQueueUsersBulkAdd":            "bulk-add|/assistants/{assistantId}/queues/{queueId}/users||assistantId@/assistants queueId@/assistants/{assistantId}/queues|||",
	"putTelephonyProvidersEdgesSiteNumberplans": "bulk-replace|/telephony/providers/edges/sites/{siteId}/numberplans||siteId@/telephony/providers/edges/sites|.|all|",
	"deleteAlertingAlertsAll":                   "bulk-remove|/alerting/alerts|||||",
	"postOutboundContactlistClear":              "bulk-remove|/outbound/contactlists/{contactListId}/contacts||contactListId@/outbound/contactlists|||",

	// Searches.
	"postLocationsSearch":              "search|/locations|||results|pages|",
	"getLocationsSearch":               "search|/locations|||results|all|",
	"postTaskmanagementWorkitemsQuery": "search|/taskmanagement/workitems|||entities|cursor|",
	"postAssistantQueueUsersQuery":     "search|/assistants/{assistantId}/queues/{queueId}/users||assistantId@/assistants queueId@/assistants/{assistantId}/queues|users|all|",
	"postQualityEvaluationsSearch":     "search|/quality/conversations/{}/evaluations|||results|pages|",

	// Jobs.
	"postAnalyticsConversationsDetailsJobs":      "job|/analytics/conversations/details/jobs|||||",
	"getAnalyticsConversationsDetailsJob":        "get|/analytics/conversations/details/jobs|jobId||||",
	"getAnalyticsConversationsDetailsJobResults": "compute|/analytics/conversations/details/jobs||jobId@/analytics/conversations/details/jobs|conversations|cursor|",
	"deleteAnalyticsConversationsDetailsJob":     "delete|/analytics/conversations/details/jobs|jobId||||",
	"postAuditsQuery":                            "job|/audits/query|||||",
	"postTaskmanagementWorkitemsBulkAddJobs":     "job|/taskmanagement/workitems/bulk/add/jobs|||||",
	"postWorkforcemanagementAdherenceHistorical": "job|/workforcemanagement/adherence/historical/jobs|||||",
	"postWorkforcemanagementTeamShrinkageJobs":   "job|/workforcemanagement/shrinkage/jobs||teamId@/teams|||",
	"getUsageQueryExecutionIdResults":            "compute|/usage/query||executionId@/usage/query|results|all|",
	"getFlowHistoryHistoryId":                    "compute|/flows/{flowId}/history||flowId@/flows historyId@/flows/{flowId}/history|entities|pages|",
	"deleteGuideJobs":                            "job|/guides/{guideId}/jobs||guideId@/guides|||remove",
	"postOutboundContactlistContactsBulkRemove":  "job|/outbound/contactlists/{contactListId}/contacts/bulk/jobs||contactListId@/outbound/contactlists|||",

	// Computed.
	"postAnalyticsConversationsAggregatesQuery": "compute||||results|all|",
	"getDate":                             "compute||||||",
	"postDataprivacyMaskingrulesValidate": "compute|/dataprivacy/maskingrules|||||",
	"getGamificationScorecardsProfileMetricValuesTrends": "compute|||profileId@/gamification/profiles metricId@/gamification/profiles/{profileId}/metrics|||",
	"getSpeechandtextanalyticsConversation":              "compute|||conversationId@/conversations|||",
	"getUserSuperiors":                                   "compute|/users||userId@/users|.|all|",

	// Files.
	"postArchitectPromptResourceUploads":    "upload|/architect/prompts/{promptId}/resources||promptId@/architect/prompts languageCode@/architect/prompts/{promptId}/resources|||",
	"postUploadsRecordings":                 "upload||||||",
	"getWorkforcemanagementCalendarDataIcs": "download||||||",
	"postLearningScorm":                     "job|/learning/scorm|||||",
}

func TestRowsSayWhatTheOperationDoes(t *testing.T) {
	t.Parallel()
	for id, want := range chosen {
		r, err := table(t).Row(id)
		if err != nil || r == nil {
			t.Errorf("%s: %v, %v", id, r, err)
			continue
		}
		if got := describe(r); got != want {
			t.Errorf("%s\n got %s\nwant %s", id, got, want)
		}
	}
}

func describe(r *behaviour.Row) string {
	parents := make([]string, len(r.Parents))
	for i, p := range r.Parents {
		parents[i] = p.String()
	}
	return strings.Join([]string{string(r.Kind), r.Collection, r.Key, strings.Join(parents, " "), r.Items, r.Style, r.Effect}, "|")
}

// chosenCollections are what is known of collections: key, how items come about,
// traits.
var chosenCollections = map[string]string{
	"/architect/ivrs":                           "id|post|",
	"/flows/datatables/{}/rows":                 "key|post|",
	"/chats/rooms":                              "jid|post|",
	"/license/toggles":                          "featureName|put|",
	"/outbound/schedules/campaigns":             "id|put|",
	"/outbound/contactlists/{}/contacts":        "id|bulk|",
	"/teams/{}/members":                         "id|bulk|",
	"/routing/settings":                         "|singleton|",
	"/voicemail/userpolicies/{}":                "|singleton|",
	"/analytics/conversations/details/jobs":     "|job|",
	"/taskmanagement/workbins":                  "id|post|versions",
	"/taskmanagement/workbins/{}/versions":      "version|versions|",
	"/businessrules/decisiontables/{}/versions": "version|post|",
	"/stations":                                 "id||",
	"/scripts":                                  "id||",
	"/conversations/{}/recordings":              "id||",
	"/alerting/alerts":                          "id||",
}

func TestCollectionsSayHowTheirItemsComeAbout(t *testing.T) {
	t.Parallel()
	for path, want := range chosenCollections {
		c, err := table(t).Collection(path)
		if err != nil || c == nil {
			t.Errorf("%s: %v, %v", path, c, err)
			continue
		}
		if got := strings.Join([]string{c.Key, c.Made, strings.Join(c.Traits, " ")}, "|"); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}
