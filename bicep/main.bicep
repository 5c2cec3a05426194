// Everything that DurableMl needs in Azure, in a resource group of its own. docs/azure.md says how to deploy it and what to look at afterwards.
targetScope = 'subscription'

@description('Names the deployment: the resource group is rg-<name>, and the names of all resources are derived from it.')
@minLength(1)
@maxLength(64)
param environmentName string

@description('The region. It must have Functions Flex Consumption and quota for the VM sizes below in Batch.')
param location string

@description('Tags for every resource, beside those that are always set.')
param tags object = {}

@description('Where orchestrations keep their state. The Durable Task Scheduler needs its package in the app, which does not reference it yet: docs/azure.md.')
@allowed(['AzureStorage', 'DurableTaskScheduler'])
param durableBackend string = 'AzureStorage'

@description('Memory of a Functions instance in MB.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('Instances that each group of functions may scale to. HTTP, Durable and blob triggers scale apart from each other.')
@minValue(40)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('HTTP requests that one instance takes at a time before another one is started.')
@minValue(1)
@maxValue(1000)
param httpConcurrency int = 16

@description('Instances that are always there, by group: [{ name: \'http\', instanceCount: 1 }]. They are paid for around the clock.')
param alwaysReady { name: string, instanceCount: int }[] = []

@description('Node type: cpu, or gpu for VM sizes with NVIDIA GPUs. It chooses the VM size where none is given.')
@allowed(['cpu', 'gpu'])
param nodeKind string = 'cpu'

@description('VM size of both pools; empty for the usual one of the node type.')
param nodeVmSize string = ''

@description('Spot nodes at most.')
@minValue(1)
@maxValue(1000)
param maxSpotNodes int = 4

@description('Dedicated nodes at most, for trials that lost too many spot nodes.')
@minValue(0)
@maxValue(1000)
param maxDedicatedNodes int = 1

@description('Trials that share a node, each with a slot of it (sweep.slots for more). Over 1, no trial can train over several nodes.')
@minValue(1)
@maxValue(256)
param taskSlotsPerNode int = 1

@description('Tag of the job images in the registry.')
param imageTag string = '1'

@description('Registry tier. Private networking needs Premium.')
@allowed(['Basic', 'Standard', 'Premium'])
param registrySku string = 'Basic'

@description('Storage redundancy.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param storageSku string = 'Standard_LRS'

@description('Days after which what trials wrote (checkpoints, logs, outputs) is deleted; 0 keeps it. A run whose checkpoints are gone begins its trials anew when it is resumed. Reports and models stay.')
@minValue(0)
param trialRetentionDays int = 0

@description('Days after which Durable Functions forgets what has ended; 0 keeps everything. Reports and models are blobs and stay.')
@minValue(0)
@maxValue(3650)
param historyDays int = 90

@description('Days that logs, traces and metrics are kept.')
@minValue(30)
@maxValue(730)
param telemetryRetentionDays int = 30

@description('GB of telemetry a day at most; -1 for no limit.')
param telemetryDailyCapGB int = 1

@description('Puts storage, Batch and the registry behind private endpoints in a virtual network.')
param privateNetworking bool = false

@description('Makes a Container Apps environment for serving/, which serves models without Functions.')
param serving bool = false

@description('The image to serve with; empty until it has been pushed.')
param servingImage string = ''

@description('Client id of the app registration that people sign in through; empty: function keys alone. Needed with servingImage.')
param entraClientId string = ''

@description('Object id of who uploads data, pushes images and publishes the app; empty for nobody.')
param operatorPrincipalId string = ''

@description('What the operator is.')
@allowed(['User', 'Group', 'ServicePrincipal'])
param operatorPrincipalType string = 'User'

@description('Budget of the resource group in the currency of the subscription, for a month; 0 for none.')
@minValue(0)
param monthlyBudget int = 0

@description('Who is told about the budget and by alerts.')
param alertEmails string[] = []

@description('First day of the budget. It cannot lie in an earlier month when the budget is made, and never changes afterwards.')
param budgetStart string = utcNow('yyyy-MM-01')

var token = uniqueString(subscription().id, environmentName, location)
var allTags = union(tags, { 'azd-env-name': environmentName, application: 'durableml' })
var usesScheduler = durableBackend == 'DurableTaskScheduler'
var usesGpu = nodeKind == 'gpu'
// The smallest that trains well: 8 cores, or one T4.
var vmSize = empty(nodeVmSize) ? (usesGpu ? 'Standard_NC4as_T4_v3' : 'Standard_F8s_v2') : nodeVmSize

resource group 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: allTags
}

module identities 'modules/identities.bicep' = {
  scope: group
  params: { location: location, tags: allTags, token: token, serving: serving }
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  params: {
    location: location
    tags: allTags
    token: token
    retentionDays: telemetryRetentionDays
    dailyCapGB: telemetryDailyCapGB
    alertEmails: alertEmails
  }
}

module network 'modules/network.bicep' = if (privateNetworking) {
  scope: group
  params: { location: location, tags: allTags, token: token }
}

module storage 'modules/storage.bicep' = {
  scope: group
  params: {
    location: location
    tags: allTags
    token: token
    sku: storageSku
    trialRetentionDays: trialRetentionDays
    publicAccess: !privateNetworking
  }
}

module registry 'modules/registry.bicep' = {
  scope: group
  params: {
    location: location
    tags: allTags
    token: token
    sku: privateNetworking ? 'Premium' : registrySku
  }
}

module batch 'modules/batch.bicep' = {
  scope: group
  params: {
    location: location
    tags: allTags
    token: token
    vmSize: vmSize
    maxSpotNodes: maxSpotNodes
    maxDedicatedNodes: maxDedicatedNodes
    taskSlotsPerNode: taskSlotsPerNode
    nodeIdentityId: identities.outputs.nodes.id
    registryServer: registry.outputs.server
    subnetId: network.?outputs.nodeSubnetId ?? ''
  }
}

module scheduler 'modules/scheduler.bicep' = if (usesScheduler) {
  scope: group
  params: { location: location, tags: allTags, token: token }
}

module endpoints 'modules/private-endpoints.bicep' = if (privateNetworking) {
  scope: group
  params: {
    location: location
    tags: allTags
    virtualNetworkId: network.?outputs.id ?? ''
    subnetId: network.?outputs.endpointSubnetId ?? ''
    targets: [
      { name: 'data-blob', resourceId: storage.outputs.dataId, service: 'blob' }
      { name: 'data-queue', resourceId: storage.outputs.dataId, service: 'queue' }
      { name: 'host-blob', resourceId: storage.outputs.hostId, service: 'blob' }
      { name: 'host-queue', resourceId: storage.outputs.hostId, service: 'queue' }
      { name: 'host-table', resourceId: storage.outputs.hostId, service: 'table' }
      { name: 'registry', resourceId: registry.outputs.id, service: 'registry' }
      { name: 'batch', resourceId: batch.outputs.id, service: 'batchAccount' }
    ]
  }
}

module access 'modules/access.bicep' = {
  scope: group
  params: {
    dataAccount: storage.outputs.dataName
    hostAccount: storage.outputs.hostName
    batchAccount: batch.outputs.name
    registry: registry.outputs.name
    applicationInsights: monitoring.outputs.applicationInsightsName
    scheduler: scheduler.?outputs.name ?? ''
    appPrincipalId: identities.outputs.app.principalId
    nodesPrincipalId: identities.outputs.nodes.principalId
    servingPrincipalId: identities.outputs.?serving.?principalId ?? ''
    operatorPrincipalId: operatorPrincipalId
    operatorPrincipalType: operatorPrincipalType
  }
}

module app 'modules/functions.bicep' = {
  scope: group
  params: {
    location: location
    tags: allTags
    token: token
    identity: identities.outputs.app
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    httpConcurrency: httpConcurrency
    alwaysReady: alwaysReady
    subnetId: network.?outputs.functionsSubnetId ?? ''
    hostAccount: storage.outputs.hostName
    packageContainer: storage.outputs.packageContainer
    dataAccount: storage.outputs.dataName
    applicationInsights: monitoring.outputs.applicationInsightsName
    batchEndpoint: batch.outputs.endpoint
    spotPool: batch.outputs.spotPool
    dedicatedPool: maxDedicatedNodes > 0 ? batch.outputs.dedicatedPool : ''
    registryServer: registry.outputs.server
    imageTag: imageTag
    historyDays: historyDays
    scheduler: scheduler.?outputs.name ?? ''
    taskHub: scheduler.?outputs.taskHub ?? ''
    entraClientId: entraClientId
  }
  // The app reads its package and its state as it starts.
  dependsOn: [access]
}

module events 'modules/events.bicep' = {
  scope: group
  params: { location: location, tags: allTags, token: token, dataAccount: storage.outputs.dataName }
}

module container 'modules/serving.bicep' = if (serving) {
  scope: group
  params: {
    location: location
    tags: allTags
    token: token
    image: servingImage
    audience: empty(servingImage) || !empty(entraClientId) ? entraClientId : fail('entraClientId is missing: callers of serving/ ask Entra for tokens of that app registration.')
    identity: identities.outputs.serving!
    registryServer: registry.outputs.server
    dataAccount: storage.outputs.dataName
    workspace: monitoring.outputs.workspaceName
    applicationInsights: monitoring.outputs.applicationInsightsName
    subnetId: network.?outputs.servingSubnetId ?? ''
  }
  dependsOn: [access]
}

module budget 'modules/budget.bicep' = if (monthlyBudget > 0 && !empty(alertEmails)) {
  scope: group
  params: { amount: monthlyBudget, start: budgetStart, emails: alertEmails }
}

// azd and durableml deploy read these.
output AZURE_RESOURCE_GROUP string = group.name
output AZURE_CONTAINER_REGISTRY_ENDPOINT string = registry.outputs.server
output FUNCTION_APP_NAME string = app.outputs.name
output SERVER_URL string = app.outputs.url
output DATA_ACCOUNT_NAME string = storage.outputs.dataName
output EVENT_TOPIC_NAME string = events.outputs.topic
