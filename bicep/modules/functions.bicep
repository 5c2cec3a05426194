// The Functions app on Flex Consumption, and its settings.
import { identity as appIdentity } from 'identities.bicep'

param location string
param tags object
@minLength(13)
@maxLength(13)
param token string
param identity appIdentity
param instanceMemoryMB int
param maximumInstanceCount int
param httpConcurrency int
param alwaysReady { name: string, instanceCount: int }[]
param subnetId string
param hostAccount string
param packageContainer string
param dataAccount string
param applicationInsights string
param batchEndpoint string
param spotPool string
param dedicatedPool string
param registryServer string
param imageTag string
param historyDays int
param scheduler string
param taskHub string
param entraClientId string

var jobs = ['image-classifier', 'tabular-classifier', 'tabular-regressor', 'text-classifier', 'model-import', 'shell']
var megabyte = 1024 * 1024

resource host 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: hostAccount
}

resource data 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: dataAccount
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: applicationInsights
}

resource hubs 'Microsoft.DurableTask/schedulers@2026-02-01' existing = if (!empty(scheduler)) {
  name: scheduler
}

// tests/bicep/AppSettings.cs lists every setting with who reads it; a setting here that nobody reads fails there, as does one that is read and missing.
var settings = union(
  {
    // For Azure.Identity in the app: of several identities, which.
    AZURE_CLIENT_ID: identity.clientId
    AzureWebJobsStorage__credential: 'managedidentity'
    AzureWebJobsStorage__clientId: identity.clientId
    AzureWebJobsStorage__blobServiceUri: host.properties.primaryEndpoints.blob
    AzureWebJobsStorage__queueServiceUri: host.properties.primaryEndpoints.queue
    AzureWebJobsStorage__tableServiceUri: host.properties.primaryEndpoints.table
    DataStorage__credential: 'managedidentity'
    DataStorage__clientId: identity.clientId
    DataStorage__blobServiceUri: data.properties.primaryEndpoints.blob
    DataStorage__queueServiceUri: data.properties.primaryEndpoints.queue
    APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.clientId};Authorization=AAD'
    Batch__AccountUrl: batchEndpoint
    Batch__PoolId: spotPool
    Batch__ContainerImage: '${registryServer}/durableml/image-classifier:${imageTag}'
    Runs__KeepHistoryDays: string(historyDays)
    // An instance's memory is for the runtime, for requests with their tensors, and for models: half of it for the last two.
    Inference__MaxMemoryBytes: string(instanceMemoryMB / 4 * megabyte)
    Inference__MaxRequestMemoryBytes: string(instanceMemoryMB / 4 * megabyte)
    Inference__MaxRequestBytes: string(instanceMemoryMB / 16 * megabyte)
    Inference__MaxModelBytes: string(instanceMemoryMB / 4 * megabyte)
    // An instance has about 800 MB of temporary disk.
    Inference__MaxDiskBytes: string(600 * megabyte)
  },
  toObject(jobs, job => 'Batch__ContainerImages__${replace(job, '-', '_')}', job => '${registryServer}/durableml/${job}:${imageTag}'),
  empty(dedicatedPool) ? {} : { Batch__DedicatedPoolId: dedicatedPool },
  empty(scheduler)
    ? {}
    : {
        DURABLE_TASK_SCHEDULER_CONNECTION_STRING: 'Endpoint=${hubs!.properties.endpoint};TaskHub=${taskHub};Authentication=ManagedIdentity;ClientID=${identity.clientId}'
        AzureFunctionsJobHost__extensions__durableTask__hubName: taskHub
        AzureFunctionsJobHost__extensions__durableTask__storageProvider__type: 'azureManaged'
        AzureFunctionsJobHost__extensions__durableTask__storageProvider__connectionStringName: 'DURABLE_TASK_SCHEDULER_CONNECTION_STRING'
      }
)

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: 'plan-${token}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: 'func-${token}'
  location: location
  // azd finds the app to publish to by this tag.
  tags: union(tags, { 'azd-service-name': 'functions' })
  kind: 'functionapp,linux'
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${identity.id}': {} } }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    siteConfig: { minTlsVersion: '1.2', ftpsState: 'Disabled' }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${host.properties.primaryEndpoints.blob}${packageContainer}'
          authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identity.id }
        }
      }
      runtime: { name: 'dotnet-isolated', version: '10.0' }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        alwaysReady: alwaysReady
        triggers: { http: { perInstanceConcurrency: httpConcurrency } }
      }
    }
  }

  resource settingsOfApp 'config' = {
    name: 'appsettings'
    properties: settings
  }

  // Publishing signs in with Entra; passwords are off.
  resource scm 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }

  resource ftp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource signIn 'config' = if (!empty(entraClientId)) {
    name: 'authsettingsV2'
    properties: {
      globalValidation: {
        requireAuthentication: true
        unauthenticatedClientAction: 'Return401'
        // Event Grid and Durable's own URLs carry a key of theirs, and probes carry nothing.
        excludedPaths: ['/runtime/webhooks/*', '/v2/health/*']
      }
      identityProviders: {
        azureActiveDirectory: {
          enabled: true
          registration: { clientId: entraClientId, openIdIssuer: '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0' }
          validation: { allowedAudiences: ['api://${entraClientId}'] }
        }
      }
      login: { tokenStore: { enabled: false } }
    }
  }
}

output name string = app.name
output url string = 'https://${app.properties.defaultHostName}'
