// For work that matters: warm instances, zone-redundant storage, a private network, GPUs, and somebody who is told.
using 'main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'durableml-production')
param location = readEnvironmentVariable('AZURE_LOCATION', 'eastus2')
param operatorPrincipalId = readEnvironmentVariable('AZURE_PRINCIPAL_ID', '')
param operatorPrincipalType = readEnvironmentVariable('AZURE_PRINCIPAL_TYPE', 'Group')
param entraClientId = readEnvironmentVariable('DURABLEML_ENTRA_CLIENT_ID', '')
param tags = { stage: 'production' }
param durableBackend = 'AzureStorage'
param instanceMemoryMB = 4096
param maximumInstanceCount = 100
param httpConcurrency = 32
param alwaysReady = [
  { name: 'http', instanceCount: 2 }
  { name: 'durable', instanceCount: 1 }
]
param nodeKind = 'gpu'
param maxSpotNodes = 16
param maxDedicatedNodes = 4
param registrySku = 'Premium'
param storageSku = 'Standard_ZRS'
param telemetryRetentionDays = 90
param telemetryDailyCapGB = 10
param privateNetworking = true
param serving = true
param monthlyBudget = 2000
param alertEmails = [readEnvironmentVariable('DURABLEML_ALERT_EMAIL', 'ml-operations@example.com')]
