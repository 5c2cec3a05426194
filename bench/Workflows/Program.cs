using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Bench.Workflows;
using DurableMl.Orchestrations.Workflows;
using DurableMl.Tests.Support;
using DurableMl.Workflows.Definitions;
using DurableMl.Workflows.Execution;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

// dotnet run -c Release --project bench/Workflows
// results.md is written anew.
const int Steps = 10;
const int Executions = 100;
var report = new StringBuilder();

Line("# Results\n");
Line(string.Create(CultureInfo.InvariantCulture, $".NET {Environment.Version}, {Environment.ProcessorCount} processors. A transition is a state that is entered and left. AWS's standard limit is 1,500 transitions a second an account.\n"));
Line("## The interpreter alone\n");
Line("| machine | transitions/s |\n|---|---|");
foreach (var (name, definition) in (IEnumerable<(string, string)>)[("Pass and Choice, JSONPath", Machines.PathLoop), ("Pass and Choice, JSONata", Machines.JsonataLoop)])
{
    await Machines.LoopAsync(definition, 200);
    var times = name.Contains("JSONata", StringComparison.Ordinal) ? 2000 : 20_000;
    var seconds = await TimeAsync(() => Machines.LoopAsync(definition, times));
    Line(string.Create(CultureInfo.InvariantCulture, $"| {name} | {2 * times / seconds:N0} |"));
}

DurableTaskTestHost host = await DurableTaskTestHost.StartAsync(
    tasks =>
    {
        tasks.AddOrchestratorFunc<WorkflowInput, WorkflowResult?>(nameof(WorkflowOrchestrator), (context, _) => WorkflowOrchestrator.RunAsync(context));
        tasks.AddOrchestratorFunc<WorkflowItems, IReadOnlyList<ItemOutcome>>(nameof(WorkflowItemsOrchestrator), (context, _) => WorkflowItemsOrchestrator.RunAsync(context));
        tasks.AddOrchestratorFunc<JsonElement, JsonElement>("InCode", async (context, input) =>
        {
            for (var i = 0; i < Steps; i++)
            {
                input = await context.CallActivityAsync<JsonElement>("echo", input);
            }

            return input;
        });
        tasks.AddActivityFunc<JsonElement, JsonElement>("echo", (_, input) => input);
        // Histories are kept in blobs; here their cost is that of a call.
        tasks.AddActivityFunc<RecordExecutionInput, bool>(nameof(RecordExecution), (_, _) => true);
    },
    new DurableTaskTestHostOptions { Port = FreePort.Next(), LoggerFactory = NullLoggerFactory.Instance, ConfigureServices = services => services.AddLogging(logging => logging.ClearProviders()) });
await using (host)
{
    Line("\n## As orchestrations\n");
    Line("The genuine worker on an engine in memory, histories not kept: what is measured is the interpreter, its replays and the worker.\n");
    Line("| | seconds | |\n|---|---|---|");
    await RunAsync(Workflow(Machines.Passes(Steps)), 5);
    var passes = await TimeAsync(() => RunAsync(Workflow(Machines.Passes(Steps)), Executions));
    Row($"{Executions} executions of {Steps} Pass states at once", passes, $"{Executions * Steps / passes:N0} transitions/s");
    var loop = await TimeAsync(() => RunAsync(Workflow(Machines.PathLoop, new JsonObject { ["n"] = 0, ["times"] = 5000 }), 1));
    Row("one execution of 10,000 states", loop, $"{10_000 / loop:N0} transitions/s");
    var map = await TimeAsync(() => RunAsync(Workflow(Machines.Map, new JsonArray([.. Enumerable.Range(0, 10_000).Select(n => JsonValue.Create(n))])), 1));
    Row("a distributed Map of 10,000 Pass states", map, $"{10_000 / map:N0} items/s");

    await RunAsync(InCode, 5);
    var code = await TimeAsync(() => RunAsync(InCode, Executions));
    var states = await TimeAsync(() => RunAsync(Workflow(Machines.Echoes(Steps)), Executions));
    Row($"{Executions} orchestrations in C#, {Steps} calls of an activity each, at once", code, $"{Executions * Steps / code:N0} calls/s");
    Row($"{Executions} executions of {Steps} Task states that call the same", states, $"{states / code:N2} times as long");
}

var folder = AppContext.BaseDirectory[..AppContext.BaseDirectory.IndexOf($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal)];
await File.WriteAllTextAsync(Path.Combine(folder, "results.md"), report.ToString());

Func<int, (string Orchestrator, object Input)> Workflow(string definition, JsonNode? input = null) => number => (
    nameof(WorkflowOrchestrator),
    new WorkflowInput(
        string.Create(CultureInfo.InvariantCulture, $"exec-{number}"), "bench", 1, JsonElement.Parse(definition), new Dictionary<string, string>(), JsonSerializer.SerializeToElement(input ?? new JsonObject())));

(string Orchestrator, object Input) InCode(int number) => ("InCode", JsonElement.Parse("{}"));

async Task RunAsync(Func<int, (string Orchestrator, object Input)> start, int count)
{
    using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(5));
    var ids = await Task.WhenAll(Enumerable.Range(0, count).Select(number =>
    {
        var (orchestrator, input) = start(number);
        return host.Client.ScheduleNewOrchestrationInstanceAsync(orchestrator, input, cancellation: timeout.Token);
    }));
    foreach (var id in ids)
    {
        var ended = await host.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, timeout.Token);
        if (ended.RuntimeStatus != OrchestrationRuntimeStatus.Completed || (ended.Name == nameof(WorkflowOrchestrator) && ended.ReadOutputAs<WorkflowResult>() is not { Status: "SUCCEEDED" }))
        {
            throw new InvalidOperationException($"{id} is {ended.RuntimeStatus}: {ended.FailureDetails?.ErrorMessage ?? ended.SerializedOutput}");
        }
    }
}

static async Task<double> TimeAsync(Func<Task> work)
{
    var began = Stopwatch.GetTimestamp();
    await work();
    return Stopwatch.GetElapsedTime(began).TotalSeconds;
}

void Row(string what, double seconds, FormattableString rate) =>
    Line(string.Create(CultureInfo.InvariantCulture, $"| {what} | {seconds:N2} | {rate.ToString(CultureInfo.InvariantCulture)} |"));

void Line(string text)
{
    Console.WriteLine(text);
    report.AppendLine(text);
}
