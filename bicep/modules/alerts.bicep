// Who is told of what. Each rule costs about a dollar a month, so there are none where nobody is to be told.
param location string
param tags object
@minLength(13)
@maxLength(13)
param token string
param workspaceId string
param actionGroupId string

// severity 1: somebody should look now; 2: today; 3: when there is time.
var rules = [
  {
    name: 'failed-runs'
    text: 'A run failed. Its report and the workbook say why.'
    query: loadTextContent('../queries/alert-failed-runs.kql')
    column: 'Failed'
    dimension: ''
    threshold: 0
    window: 'PT15M'
    severity: 2
  }
  {
    name: 'queue-time'
    text: 'Training waited for a node for more than half an hour: a quota is used up, or the region is out of spot nodes.'
    query: loadTextContent('../queries/alert-queue-time.kql')
    column: 'Longest'
    dimension: ''
    threshold: 30
    window: 'PT1H'
    severity: 3
  }
  {
    name: 'preemptions'
    text: 'Many nodes are taken away: another VM size, another region, or dedicated nodes would train sooner.'
    query: loadTextContent('../queries/alert-preemptions.kql')
    column: 'Preemptions'
    dimension: ''
    threshold: 20
    window: 'PT1H'
    severity: 3
  }
  {
    name: 'inference-errors'
    text: 'More than 5 percent of a model\'s requests are answered with an error.'
    query: loadTextContent('../queries/alert-inference-errors.kql')
    column: 'Share'
    dimension: 'Model'
    threshold: 5
    window: 'PT15M'
    severity: 1
  }
  {
    name: 'failed-dependencies'
    text: 'Storage, Batch or another service does not answer as it should.'
    query: loadTextContent('../queries/alert-failed-dependencies.kql')
    column: 'Failed'
    dimension: 'Target'
    threshold: 100
    window: 'PT15M'
    severity: 2
  }
]

resource alerts 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for rule in rules: {
    name: 'alert-${rule.name}-${token}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: 'DurableMl: ${rule.name}'
      description: rule.text
      enabled: true
      severity: rule.severity
      scopes: [workspaceId]
      evaluationFrequency: 'PT15M'
      windowSize: rule.window
      autoMitigate: true
      criteria: {
        allOf: [
          {
            query: rule.query
            metricMeasureColumn: rule.column
            timeAggregation: 'Maximum'
            dimensions: empty(rule.dimension) ? [] : [{ name: rule.dimension, operator: 'Include', values: ['*'] }]
            operator: 'GreaterThan'
            threshold: rule.threshold
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: [actionGroupId] }
    }
  }
]
