// Two accounts: one for data, and one for the Functions host, so that who may read the one has no say about the other. Neither has shared keys.
param location string
param tags object
@minLength(13)
@maxLength(13)
param token string
param sku string
param trialRetentionDays int
param publicAccess bool

var containers = ['raw', 'datasets', 'jobs', 'runs', 'models', 'workflows']
var packages = 'packages'
var common = {
  allowBlobPublicAccess: false
  allowCrossTenantReplication: false
  allowSharedKeyAccess: false
  defaultToOAuthAuthentication: true
  minimumTlsVersion: 'TLS1_2'
  supportsHttpsTrafficOnly: true
  publicNetworkAccess: publicAccess ? 'Enabled' : 'Disabled'
  networkAcls: {
    // Event Grid and the portal are let in by the service itself; everybody else goes through an endpoint.
    bypass: 'AzureServices'
    defaultAction: publicAccess ? 'Allow' : 'Deny'
  }
}

resource data 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: 'stdata${token}'
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: sku }
  properties: union(common, {
    accessTier: 'Hot'
    // A signature that lives longer is a mistake; seven days is what a user delegation key allows.
    sasPolicy: { expirationAction: 'Log', sasExpirationPeriod: '07.00:00:00' }
  })

  resource blobs 'blobServices' = {
    name: 'default'
    properties: {
      deleteRetentionPolicy: { enabled: true, days: 7 }
      containerDeleteRetentionPolicy: { enabled: true, days: 7 }
    }

    resource container 'containers' = [
      for name in containers: {
        name: name
        properties: { publicAccess: 'None' }
      }
    ]
  }

  resource queues 'queueServices' = {
    name: 'default'
  }
}

resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2025-06-01' = {
  parent: data
  name: 'default'
  properties: {
    policy: {
      // A rule selects by the beginning of a container's name and a blob's. Each trial has a container `trials-…` for its checkpoints and logs;
      // what preprocessing stages, the app removes itself.
      rules: concat(
        [
          {
            name: 'cool-trials'
            type: 'Lifecycle'
            definition: {
              filters: { blobTypes: ['blockBlob'], prefixMatch: ['trials-'] }
              actions: { baseBlob: { tierToCool: { daysAfterModificationGreaterThan: 14 } } }
            }
          }
          {
            name: 'cool-raw'
            type: 'Lifecycle'
            definition: {
              filters: { blobTypes: ['blockBlob'], prefixMatch: ['raw/'] }
              actions: { baseBlob: { tierToCool: { daysAfterModificationGreaterThan: 90 } } }
            }
          }
        ],
        trialRetentionDays == 0
          ? []
          : [
              {
                name: 'delete-trials'
                type: 'Lifecycle'
                definition: {
                  filters: { blobTypes: ['blockBlob'], prefixMatch: ['trials-'] }
                  actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: trialRetentionDays } } }
                }
              }
            ]
      )
    }
  }
}

resource host 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: 'sthost${token}'
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: sku }
  properties: common

  resource blobs 'blobServices' = {
    name: 'default'

    resource package 'containers' = {
      name: packages
      properties: { publicAccess: 'None' }
    }
  }
}

output dataId string = data.id
output dataName string = data.name
output hostId string = host.id
output hostName string = host.name
output packageContainer string = packages
