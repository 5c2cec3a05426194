// For trying it out: nothing costs while nothing runs, but the registry (about 5 USD a month) and stored data.
using 'main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'durableml')
param location = readEnvironmentVariable('AZURE_LOCATION', 'eastus')
param operatorPrincipalId = readEnvironmentVariable('AZURE_PRINCIPAL_ID', '')
param operatorPrincipalType = readEnvironmentVariable('AZURE_PRINCIPAL_TYPE', 'User')
param durableBackend = 'AzureStorage'
param instanceMemoryMB = 2048
param maximumInstanceCount = 40
param nodeKind = 'cpu'
param maxSpotNodes = 2
param maxDedicatedNodes = 1
param trialRetentionDays = 90
param telemetryDailyCapGB = 1
