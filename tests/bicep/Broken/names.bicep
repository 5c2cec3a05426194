// Broken on purpose: a name made of the environment's, and a type that no list of limits knows.
param environmentName string
param location string = 'eastus'

resource data 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  #disable-next-line BCP334 BCP335
  name: 'st${environmentName}'
  location: location
  kind: 'StorageV2'
  sku: { name: 'Standard_LRS' }
}

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  #disable-next-line BCP334 BCP335
  name: 'kv-${environmentName}'
  location: location
  properties: { tenantId: tenant().tenantId, sku: { family: 'A', name: 'standard' }, accessPolicies: [] }
}
