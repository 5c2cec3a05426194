// Sends the blob events that functions wait for to the app. Deployed to the resource group after the app is published: before, the app has
// neither the functions nor the key of its webhook. The key goes from one Azure service to the other and appears in no parameter and no output.
targetScope = 'resourceGroup'

@description('The app, from the outputs of main.bicep.')
param functionAppName string

@description('The topic, from the outputs of main.bicep.')
param eventTopicName string

// One for each blob trigger of the app. A trigger's own path filters the rest.
var triggers = [
  { function: 'IngestDataset', container: 'raw', ending: '/pipeline.json' }
  { function: 'TrialResultArrived', container: 'runs', ending: '/output/result.json' }
]

resource app 'Microsoft.Web/sites@2025-03-01' existing = {
  name: functionAppName

  // Azure publishes no schema for this type; only its list of keys is used.
  #disable-next-line BCP081
  resource host 'host' existing = {
    name: 'default'
  }
}

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' existing = {
  name: eventTopicName
}

resource subscriptions 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = [
  for trigger in triggers: {
    parent: topic
    name: trigger.function
    properties: {
      destination: {
        endpointType: 'WebHook'
        properties: {
          endpointUrl: 'https://${app.properties.defaultHostName}/runtime/webhooks/blobs?functionName=Host.Functions.${trigger.function}&code=${app::host.listKeys().systemKeys.blobs_extension}'
        }
      }
      filter: {
        includedEventTypes: ['Microsoft.Storage.BlobCreated']
        subjectBeginsWith: '/blobServices/default/containers/${trigger.container}/'
        subjectEndsWith: trigger.ending
      }
      retryPolicy: { maxDeliveryAttempts: 30, eventTimeToLiveInMinutes: 1440 }
    }
  }
]
