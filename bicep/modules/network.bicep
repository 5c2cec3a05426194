// A network with a subnet for each kind of program. Programs reach the internet through the NAT gateway and are not reachable from it.
param location string
param tags object
@minLength(13)
@maxLength(13)
param token string

var space = '10.20.0.0/16'

resource address 'Microsoft.Network/publicIPAddresses@2024-07-01' = {
  name: 'pip-nat-${token}'
  location: location
  tags: tags
  sku: { name: 'Standard' }
  properties: { publicIPAllocationMethod: 'Static' }
}

resource nat 'Microsoft.Network/natGateways@2024-07-01' = {
  name: 'nat-${token}'
  location: location
  tags: tags
  sku: { name: 'Standard' }
  properties: { publicIpAddresses: [{ id: address.id }] }
}

resource rules 'Microsoft.Network/networkSecurityGroups@2024-07-01' = {
  name: 'nsg-${token}'
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        name: 'deny-internet'
        properties: {
          description: 'Nothing here is to be reached from outside; nodes are told what to do by connections that they open.'
          access: 'Deny'
          direction: 'Inbound'
          priority: 4000
          protocol: '*'
          sourceAddressPrefix: 'Internet'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
    ]
  }
}

resource network 'Microsoft.Network/virtualNetworks@2024-07-01' = {
  name: 'vnet-${token}'
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: [space] }
    subnets: [
      {
        name: 'functions'
        properties: {
          addressPrefix: cidrSubnet(space, 24, 0)
          natGateway: { id: nat.id }
          networkSecurityGroup: { id: rules.id }
          // What Flex Consumption asks for.
          delegations: [{ name: 'app', properties: { serviceName: 'Microsoft.App/environments' } }]
        }
      }
      {
        name: 'nodes'
        properties: {
          addressPrefix: cidrSubnet(space, 22, 1)
          natGateway: { id: nat.id }
          networkSecurityGroup: { id: rules.id }
        }
      }
      {
        name: 'endpoints'
        properties: { addressPrefix: cidrSubnet(space, 24, 1), networkSecurityGroup: { id: rules.id } }
      }
      {
        name: 'serving'
        properties: {
          addressPrefix: cidrSubnet(space, 24, 2)
          delegations: [{ name: 'app', properties: { serviceName: 'Microsoft.App/environments' } }]
        }
      }
    ]
  }

  resource functions 'subnets' existing = { name: 'functions' }
  resource nodes 'subnets' existing = { name: 'nodes' }
  resource endpoints 'subnets' existing = { name: 'endpoints' }
  resource serving 'subnets' existing = { name: 'serving' }
}

output id string = network.id
output functionsSubnetId string = network::functions.id
output nodeSubnetId string = network::nodes.id
output endpointSubnetId string = network::endpoints.id
output servingSubnetId string = network::serving.id
