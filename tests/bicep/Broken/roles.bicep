// Broken on purpose: a role without a reason, one on a whole account, and one that may do everything.
resource data 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: 'stdata'
}

resource silent 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid('silent')
  scope: data
  properties: {
    principalId: '44444444-4444-4444-4444-444444444444'
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '974c5e8b-45b9-4653-ba55-5f855dd0fb88')
  }
}

resource wide 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid('wide')
  scope: data
  properties: {
    principalId: '44444444-4444-4444-4444-444444444444'
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1')
    description: 'Reads models, and can read everything else in the account.'
  }
}

resource owner 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid('owner')
  properties: {
    principalId: '44444444-4444-4444-4444-444444444444'
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '8e3af657-a8ff-443c-a75c-2fe8c4bcb635')
    description: 'Makes everything work at once.'
  }
}
