// The workbook: what runs, trials and models do, and what it costs. Its queries lie in ../queries; tests/bicep holds them against what the app emits.
param location string
param tags object
param workspaceId string

var parts = [
  { title: 'Runs ended, by state', query: loadTextContent('../queries/runs-by-state.kql'), chart: 'barchart' }
  { title: 'The latest runs', query: loadTextContent('../queries/runs-latest.kql'), chart: 'table' }
  { title: 'Time in phases, in minutes', query: loadTextContent('../queries/phase-time.kql'), chart: 'table' }
  { title: 'Trials, by outcome', query: loadTextContent('../queries/trials-by-outcome.kql'), chart: 'piechart' }
  { title: 'Batch tasks, by outcome', query: loadTextContent('../queries/attempts-by-outcome.kql'), chart: 'table' }
  { title: 'Preemptions', query: loadTextContent('../queries/preemptions.kql'), chart: 'barchart' }
  { title: 'Waiting for a node, in minutes', query: loadTextContent('../queries/queue-time.kql'), chart: 'timechart' }
  { title: 'Node hours and their cost', query: loadTextContent('../queries/cost-drivers.kql'), chart: 'table' }
  { title: 'Inference latency, in milliseconds', query: loadTextContent('../queries/inference-latency.kql'), chart: 'timechart' }
  { title: 'Inference errors, in percent', query: loadTextContent('../queries/inference-errors.kql'), chart: 'table' }
  { title: 'Failed calls to other services', query: loadTextContent('../queries/failed-dependencies.kql'), chart: 'table' }
]

// USD an hour for the usual CPU size; who has others writes them into the workbook's fields.
var parameters = [
  {
    name: 'TimeRange'
    label: 'Time'
    type: 4
    isRequired: true
    value: { durationMs: 86400000 }
    typeSettings: {
      selectableValues: map([3600000, 14400000, 86400000, 604800000, 2592000000], range => { durationMs: range })
      allowCustom: true
    }
  }
  { name: 'SpotPrice', label: 'Spot node, USD/h', type: 1, isRequired: true, value: '0.04' }
  { name: 'DedicatedPrice', label: 'Dedicated node, USD/h', type: 1, isRequired: true, value: '0.34' }
]

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, 'durableml')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'DurableMl'
    category: 'workbook'
    sourceId: workspaceId
    version: 'Notebook/1.0'
    serializedData: string({
      version: 'Notebook/1.0'
      fallbackResourceIds: [workspaceId]
      items: concat(
        [{ type: 9, name: 'parameters', content: { version: 'KqlParameterItem/1.0', style: 'pills', parameters: parameters } }],
        map(parts, part => {
          type: 3
          name: part.title
          content: {
            version: 'KqlItem/1.0'
            title: part.title
            query: part.query
            visualization: part.chart
            size: 0
            queryType: 0
            resourceType: 'microsoft.operationalinsights/workspaces'
            crossComponentResources: [workspaceId]
            timeContextFromParameter: 'TimeRange'
          }
        })
      )
    })
  }
}
