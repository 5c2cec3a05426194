// Who may do what. Every role is given on the smallest resource that it works on, to an identity and never to a key, with the reason beside it.
import { roleIds } from 'roles.bicep'

param dataAccount string
param hostAccount string
param batchAccount string
param registry string
param applicationInsights string
param scheduler string
param appPrincipalId string
param nodesPrincipalId string
param servingPrincipalId string
param operatorPrincipalId string
param operatorPrincipalType string

resource data 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: dataAccount

  resource blobs 'blobServices' existing = {
    name: 'default'

    resource container 'containers' existing = [for name in ['raw', 'datasets', 'jobs', 'runs', 'models', 'workflows']: { name: name }]
  }
}

resource host 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: hostAccount

  resource blobs 'blobServices' existing = {
    name: 'default'

    resource packages 'containers' existing = {
      name: 'packages'
    }
  }
}

resource batch 'Microsoft.Batch/batchAccounts@2025-06-01' existing = {
  name: batchAccount
}

resource images 'Microsoft.ContainerRegistry/registries@2025-11-01' existing = {
  name: registry
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: applicationInsights
}

resource hubs 'Microsoft.DurableTask/schedulers@2026-02-01' existing = if (!empty(scheduler)) {
  name: scheduler

  resource hub 'taskHubs' existing = {
    name: 'durableml'
  }
}

resource appData 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(data.id, appPrincipalId, roleIds.blobDataContributor)
  scope: data
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.blobDataContributor)
    description: 'The app makes a container for each trial, and signs URLs with a user delegation key, which belongs to the account.'
  }
}

resource appPoison 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(data.id, appPrincipalId, roleIds.queueDataContributor)
  scope: data
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.queueDataContributor)
    description: 'The blob trigger puts a blob that failed five times into a queue of the account that holds the blob, and makes the queue itself.'
  }
}

resource appHostBlobs 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(host.id, appPrincipalId, roleIds.blobDataOwner)
  scope: host
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.blobDataOwner)
    description: 'The Functions host keeps keys, leases, receipts and its package there, in containers that it makes; it asks for this role.'
  }
}

resource appHostQueues 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(host.id, appPrincipalId, roleIds.queueDataContributor)
  scope: host
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.queueDataContributor)
    description: 'Durable Functions and the blob trigger make queues there and use them.'
  }
}

resource appHostTables 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(host.id, appPrincipalId, roleIds.tableDataContributor)
  scope: host
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.tableDataContributor)
    description: 'Durable Functions keeps histories and instances in tables there; the host keeps its diagnostic events.'
  }
}

resource appTraining 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(batch.id, appPrincipalId, roleIds.batchJobSubmitter)
  scope: batch
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.batchJobSubmitter)
    description: 'The app makes, reads and ends Batch jobs and tasks. It cannot change pools.'
  }
}

resource appTelemetry 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(insights.id, appPrincipalId, roleIds.monitoringMetricsPublisher)
  scope: insights
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.monitoringMetricsPublisher)
    description: 'The app and its host send traces, logs and metrics; the component takes no key.'
  }
}

resource appHub 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(scheduler)) {
  name: guid(scheduler, appPrincipalId, roleIds.durableTaskDataContributor)
  scope: hubs::hub
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.durableTaskDataContributor)
    description: 'The app keeps its orchestrations in this hub.'
  }
}

resource nodesImages 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(images.id, nodesPrincipalId, roleIds.acrPull)
  scope: images
  properties: {
    principalId: nodesPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.acrPull)
    description: 'Batch nodes pull the images of jobs. They reach data through the signed URLs of their task and need no role for it.'
  }
}

resource servingImages 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(servingPrincipalId)) {
  name: guid(images.id, servingPrincipalId, roleIds.acrPull)
  scope: images
  properties: {
    principalId: servingPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.acrPull)
    description: 'The serving container is pulled from the registry.'
  }
}

resource servingModels 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(servingPrincipalId)) {
  name: guid(data.id, 'models', servingPrincipalId, roleIds.blobDataContributor)
  scope: data::blobs::container[4]
  properties: {
    principalId: servingPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.blobDataContributor)
    description: 'The serving container reads models, and writes traffic rules and what experiments count.'
  }
}

resource servingTelemetry 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(servingPrincipalId)) {
  name: guid(insights.id, servingPrincipalId, roleIds.monitoringMetricsPublisher)
  scope: insights
  properties: {
    principalId: servingPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.monitoringMetricsPublisher)
    description: 'The serving container sends traces, logs and metrics.'
  }
}

resource operatorData 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (name, index) in ['raw', 'datasets', 'jobs', 'runs', 'models', 'workflows']: if (!empty(operatorPrincipalId)) {
    name: guid(data.id, name, operatorPrincipalId, name == 'raw' || name == 'jobs' ? roleIds.blobDataContributor : roleIds.blobDataReader)
    scope: data::blobs::container[index]
    properties: {
      principalId: operatorPrincipalId
      principalType: operatorPrincipalType
      roleDefinitionId: subscriptionResourceId(
        'Microsoft.Authorization/roleDefinitions',
        name == 'raw' || name == 'jobs' ? roleIds.blobDataContributor : roleIds.blobDataReader
      )
      description: name == 'raw' || name == 'jobs' ? 'The operator uploads to ${name}.' : 'The operator reads what the app wrote to ${name}.'
    }
  }
]

resource operatorImages 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(operatorPrincipalId)) {
  name: guid(images.id, operatorPrincipalId, roleIds.acrPush)
  scope: images
  properties: {
    principalId: operatorPrincipalId
    principalType: operatorPrincipalType
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.acrPush)
    description: 'The operator pushes the images of jobs.'
  }
}

resource operatorPackage 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(operatorPrincipalId)) {
  name: guid(host.id, operatorPrincipalId, roleIds.blobDataContributor)
  scope: host::blobs::packages
  properties: {
    principalId: operatorPrincipalId
    principalType: operatorPrincipalType
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.blobDataContributor)
    description: 'The operator publishes the app, whose package lies in this container.'
  }
}

resource operatorTraining 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(operatorPrincipalId)) {
  name: guid(batch.id, operatorPrincipalId, roleIds.batchAccountReader)
  scope: batch
  properties: {
    principalId: operatorPrincipalId
    principalType: operatorPrincipalType
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.batchAccountReader)
    description: 'The operator looks at pools, jobs and tasks in the portal.'
  }
}
