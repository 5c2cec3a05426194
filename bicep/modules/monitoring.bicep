// Telemetry: a workspace, Application Insights on it, the workbook, and alerts.
param location string
param tags object
@minLength(13)
@maxLength(13)
param token string
param retentionDays int
param dailyCapGB int
param alertEmails string[]

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-07-01' = {
  name: 'log-${token}'
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: retentionDays
    workspaceCapping: { dailyQuotaGb: dailyCapGB }
    features: { disableLocalAuth: true }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: 'appi-${token}'
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    // Who knows the connection string cannot send anything: an Entra sign-in is needed too.
    DisableLocalAuth: true
  }
}

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(alertEmails)) {
  name: 'ag-${token}'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'durableml'
    emailReceivers: [for email in alertEmails: { name: email, emailAddress: email, useCommonAlertSchema: true }]
  }
}

module workbook 'workbook.bicep' = {
  params: { location: location, tags: tags, workspaceId: workspace.id }
}

module alerts 'alerts.bicep' = if (!empty(alertEmails)) {
  params: { location: location, tags: tags, token: token, workspaceId: workspace.id, actionGroupId: people.id }
}

output applicationInsightsName string = insights.name
output workspaceName string = workspace.name
