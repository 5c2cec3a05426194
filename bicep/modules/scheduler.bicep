// The Durable Task Scheduler, with the hub of this app. It takes Entra sign-ins only.
param location string
param tags object
@minLength(13)
@maxLength(13)
param token string

resource scheduler 'Microsoft.DurableTask/schedulers@2026-02-01' = {
  name: 'dts-${token}'
  location: location
  tags: tags
  properties: {
    sku: { name: 'Consumption' }
    // An empty list would let nobody in.
    ipAllowlist: ['0.0.0.0/0']
  }

  resource hub 'taskHubs' = {
    name: 'durableml'
  }
}

output name string = scheduler.name
output taskHub string = scheduler::hub.name
