// The topic of the data account's blob events. Its subscriptions need a running app and are made after it is published: subscriptions.bicep.
param location string
param tags object
@minLength(13)
@maxLength(13)
param token string
param dataAccount string

resource data 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: dataAccount
}

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' = {
  name: 'evgt-${token}'
  location: location
  tags: tags
  properties: {
    source: data.id
    topicType: 'Microsoft.Storage.StorageAccounts'
  }
}

output topic string = topic.name
