// One identity for each kind of program, so that each can do what it needs and no more. access.bicep says what that is.
param location string
param tags object
@minLength(13)
@maxLength(13)
param token string
param serving bool

resource app 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-app-${token}'
  location: location
  tags: tags
}

resource nodes 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-nodes-${token}'
  location: location
  tags: tags
}

resource container 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = if (serving) {
  name: 'id-serving-${token}'
  location: location
  tags: tags
}

@export()
type identity = { id: string, principalId: string, clientId: string }

output app identity = { id: app.id, principalId: app.properties.principalId, clientId: app.properties.clientId }
output nodes identity = { id: nodes.id, principalId: nodes.properties.principalId, clientId: nodes.properties.clientId }
output serving identity? = serving
  ? { id: container!.id, principalId: container!.properties.principalId, clientId: container!.properties.clientId }
  : null
