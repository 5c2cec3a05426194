// Broken on purpose: accounts that take keys, and a key in a setting, in a parameter and in an output. The linter finds some of it by itself.
param location string = 'eastus'
#disable-next-line secure-secrets-in-params no-unused-params
param adminPassword string = ''

resource data 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: 'stdata'
  location: location
  kind: 'StorageV2'
  sku: { name: 'Standard_LRS' }
  properties: { allowSharedKeyAccess: true }
}

resource registry 'Microsoft.ContainerRegistry/registries@2025-11-01' = {
  name: 'crdurableml'
  location: location
  sku: { name: 'Basic' }
  properties: { adminUserEnabled: true }
}

resource settings 'Microsoft.Web/sites/config@2025-03-01' = {
  name: 'func-x/appsettings'
  properties: { AzureWebJobsStorage: 'DefaultEndpointsProtocol=https;AccountName=stdata;AccountKey=${data.listKeys().keys[0].value}' }
}

#disable-next-line outputs-should-not-contain-secrets
output storageKey string = data.listKeys().keys[0].value
