// The environment for serving/, and the server itself once its image has been pushed.
import { identity as servingIdentity } from 'identities.bicep'

param location string
param tags object
@minLength(13)
@maxLength(13)
param token string
param image string
param audience string
param identity servingIdentity
param registryServer string
param dataAccount string
param workspace string
param applicationInsights string
param subnetId string

resource logs 'Microsoft.OperationalInsights/workspaces@2025-07-01' existing = {
  name: workspace
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: applicationInsights
}

resource data 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: dataAccount
}

resource environmentOfApps 'Microsoft.App/managedEnvironments@2025-07-01' = {
  name: 'cae-${token}'
  location: location
  tags: tags
  properties: {
    // Without a key: logs go to the workspace by a diagnostic setting.
    appLogsConfiguration: { destination: 'azure-monitor' }
    vnetConfiguration: empty(subnetId) ? null : { infrastructureSubnetId: subnetId, internal: false }
    workloadProfiles: [{ name: 'Consumption', workloadProfileType: 'Consumption' }]
  }
}

resource toWorkspace 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'workspace'
  scope: environmentOfApps
  properties: { workspaceId: logs.id, logs: [{ categoryGroup: 'allLogs', enabled: true }] }
}

resource server 'Microsoft.App/containerApps@2025-07-01' = if (!empty(image)) {
  name: 'serving-${token}'
  location: location
  tags: tags
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${identity.id}': {} } }
  properties: {
    environmentId: environmentOfApps.id
    workloadProfileName: 'Consumption'
    configuration: {
      ingress: {
        external: true
        targetPort: 8080
        allowInsecure: false
        // gRPC, for callers in the same environment.
        additionalPortMappings: [{ external: false, targetPort: 8081 }]
      }
      registries: [{ server: registryServer, identity: identity.id }]
    }
    template: {
      containers: [
        {
          name: 'serving'
          image: image
          resources: { cpu: 2, memory: '4Gi' }
          env: [
            { name: 'AZURE_CLIENT_ID', value: identity.clientId }
            { name: 'DataStorage__blobServiceUri', value: data.properties.primaryEndpoints.blob }
            { name: 'APPLICATIONINSIGHTS_CONNECTION_STRING', value: insights.properties.ConnectionString }
            { name: 'APPLICATIONINSIGHTS_AUTHENTICATION_STRING', value: 'ClientId=${identity.clientId};Authorization=AAD' }
            { name: 'Serving__Entra__TenantId', value: tenant().tenantId }
            { name: 'Serving__Entra__Audience', value: audience }
          ]
          probes: [{ type: 'Readiness', httpGet: { path: '/v2/health/ready', port: 8080 } }]
        }
      ]
      scale: { minReplicas: 0, maxReplicas: 10, rules: [{ name: 'http', http: { metadata: { concurrentRequests: '32' } } }] }
    }
  }
}

output url string = empty(image) ? '' : 'https://${server!.properties.configuration.ingress.fqdn}'
