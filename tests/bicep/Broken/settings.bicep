// Broken on purpose: one setting is misspelt, so that what the app reads is missing and what is there is read by nobody.
resource settings 'Microsoft.Web/sites/config@2025-03-01' = {
  name: 'func-x/appsettings'
  properties: { Batch__AccountUri: 'https://batch.eastus.batch.azure.com' }
}
