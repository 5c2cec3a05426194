// Private endpoints of the services, with the DNS zones in which their names lead there.
param location string
param tags object
param virtualNetworkId string
param subnetId string
param targets { name: string, resourceId: string, service: ('blob' | 'queue' | 'table' | 'registry' | 'batchAccount') }[]

var zoneNames = {
  blob: 'privatelink.blob.${environment().suffixes.storage}'
  queue: 'privatelink.queue.${environment().suffixes.storage}'
  table: 'privatelink.table.${environment().suffixes.storage}'
  registry: 'privatelink${environment().suffixes.acrLoginServer}'
  batchAccount: 'privatelink.batch.azure.com'
}
var services = objectKeys(zoneNames)

resource zones 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for service in services: {
    name: zoneNames[service]
    location: 'global'
    tags: tags
  }
]

resource links 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (service, index) in services: {
    parent: zones[index]
    name: 'durableml'
    location: 'global'
    tags: tags
    properties: { registrationEnabled: false, virtualNetwork: { id: virtualNetworkId } }
  }
]

resource endpoints 'Microsoft.Network/privateEndpoints@2024-07-01' = [
  for target in targets: {
    name: 'pe-${target.name}'
    location: location
    tags: tags
    properties: {
      subnet: { id: subnetId }
      privateLinkServiceConnections: [
        // The rule wants a symbol; here the ids come as a parameter.
        #disable-next-line use-resource-id-functions
        { name: target.name, properties: { privateLinkServiceId: target.resourceId, groupIds: [target.service] } }
      ]
    }
  }
]

resource records 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2024-07-01' = [
  for (target, index) in targets: {
    parent: endpoints[index]
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [
        { name: target.service, properties: { privateDnsZoneId: zones[indexOf(services, target.service)].id } }
      ]
    }
  }
]
