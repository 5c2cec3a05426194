// The Batch account, with a pool of spot nodes and one of dedicated nodes. Both are empty until tasks wait.
param location string
param tags object
@minLength(13)
@maxLength(13)
param token string
param vmSize string
param maxSpotNodes int
param maxDedicatedNodes int
param taskSlotsPerNode int
param nodeIdentityId string
param registryServer string
param subnetId string

// Enough nodes for the tasks that wait or run, now or on average over three minutes; so a short gap between two rungs does not send them away.
var needed = '''
sampled = $PendingTasks.GetSamplePercent(180 * TimeInterval_Second);
needed = sampled < 70 ? max(0, $PendingTasks.GetSample(1)) : max($PendingTasks.GetSample(1), avg($PendingTasks.GetSample(180 * TimeInterval_Second)));
$NodeDeallocationOption = taskcompletion;
'''

// Where tasks share nodes, fewer are needed.
var shared = taskSlotsPerNode > 1 ? 'needed = (needed + ${taskSlotsPerNode - 1}) / ${taskSlotsPerNode};\n' : ''

resource account 'Microsoft.Batch/batchAccounts@2025-06-01' = {
  name: 'batch${token}'
  location: location
  tags: tags
  properties: {
    // Batch keeps the machines in a subscription of its own, so none of this one's VM quota is needed.
    poolAllocationMode: 'BatchService'
    allowedAuthenticationModes: ['AAD']
    publicNetworkAccess: 'Enabled'
  }
}

var nodes = {
  virtualMachineConfiguration: {
    // Has Docker and, for sizes with GPUs, NVIDIA's driver and container runtime.
    imageReference: { publisher: 'microsoft-dsvm', offer: 'ubuntu-hpc', sku: '2404', version: 'latest' }
    nodeAgentSkuId: 'batch.node.ubuntu 24.04'
    containerConfiguration: {
      type: 'DockerCompatible'
      containerRegistries: [{ registryServer: registryServer, identityReference: { resourceId: nodeIdentityId } }]
    }
  }
}

var network = empty(subnetId)
  ? null
  : { subnetId: subnetId, publicIPAddressConfiguration: { provision: 'NoPublicIPAddresses' } }

resource spot 'Microsoft.Batch/batchAccounts/pools@2025-06-01' = {
  parent: account
  name: 'spot'
  tags: tags
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${nodeIdentityId}': {} } }
  properties: {
    vmSize: vmSize
    taskSlotsPerNode: taskSlotsPerNode
    // Training on several nodes at once talks between them.
    interNodeCommunication: taskSlotsPerNode == 1 ? 'Enabled' : 'Disabled'
    deploymentConfiguration: nodes
    networkConfiguration: network
    scaleSettings: {
      autoScale: {
        evaluationInterval: 'PT5M'
        formula: '${needed}${shared}$TargetLowPriorityNodes = min(${maxSpotNodes}, needed);\n$TargetDedicatedNodes = 0;\n'
      }
    }
  }
}

resource dedicated 'Microsoft.Batch/batchAccounts/pools@2025-06-01' = if (maxDedicatedNodes > 0) {
  parent: account
  name: 'dedicated'
  tags: tags
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${nodeIdentityId}': {} } }
  properties: {
    vmSize: vmSize
    taskSlotsPerNode: taskSlotsPerNode
    interNodeCommunication: taskSlotsPerNode == 1 ? 'Enabled' : 'Disabled'
    deploymentConfiguration: nodes
    networkConfiguration: network
    scaleSettings: {
      autoScale: {
        evaluationInterval: 'PT5M'
        formula: '${needed}${shared}$TargetDedicatedNodes = min(${maxDedicatedNodes}, needed);\n$TargetLowPriorityNodes = 0;\n'
      }
    }
  }
}

output id string = account.id
output name string = account.name
output endpoint string = 'https://${account.properties.accountEndpoint}'
output spotPool string = spot.name
output dedicatedPool string = 'dedicated'
