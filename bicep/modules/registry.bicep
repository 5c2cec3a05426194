// Images of training jobs, and of serving/.
param location string
param tags object
@minLength(13)
@maxLength(13)
param token string
param sku string

resource registry 'Microsoft.ContainerRegistry/registries@2025-11-01' = {
  name: 'cr${token}'
  location: location
  tags: tags
  sku: { name: sku }
  properties: {
    adminUserEnabled: false
    anonymousPullEnabled: false
    // Stays open in a private network too: images are pushed from a developer's machine, with an Entra sign-in.
    publicNetworkAccess: 'Enabled'
  }
}

output id string = registry.id
output name string = registry.name
output server string = registry.properties.loginServer
