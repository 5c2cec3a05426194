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

// dotnet run -c Release --project bench/Workflows [-- --app http://127.0.0.1:7071/ --key KEY]
// DOTNET_PROCESSOR_COUNT=16 before it: the engine in memory takes as many work items at once as there are processors, and waits a second between.
// With the address of a running app (./durableml up), executions are measured through its HTTP API as well. Writes results.md anew.
const int Steps = 200;
const int Executions = 100;
const int StepsOfEach = 10;
const int Rounds = 5;
var report = new StringBuilder();

Line("# Results\n");
Line(string.Create(CultureInfo.InvariantCulture, $".NET {Environment.Version}, {File.ReadLines("/proc/cpuinfo").Count(line => line.StartsWith("processor", StringComparison.Ordinal))} cores. A transition is a state that is entered and left. AWS's standard limit is 1,500 transitions a second an account.\n"));
Line("## The interpreter alone\n");
Line("| machine | transitions/s |\n|---|---|");
foreach (var (name, definition) in (IEnumerable<(string, string)>)[("Pass and Choice, JSONPath", Machines.PathLoop), ("Pass and Choice, JSONata", Machines.JsonataLoop)])
{
    await Machines.LoopAsync(definition, 200);
    var times = name.Contains("JSONata", StringComparison.Ordinal) ? 2000 : 20_000;
    var seconds = await TimeAsync(() => Machines.LoopAsync(definition, times));
    Line(string.Create(CultureInfo.InvariantCulture, $"| {name} | {2 * times / seconds:N0} |"));
}

// The engine's server writes a line of log for each call.
Environment.SetEnvironmentVariable("Logging__LogLevel__Default", "Warning");
DurableTaskTestHost host = await DurableTaskTestHost.StartAsync(
    tasks =>
    {
        tasks.AddOrchestratorFunc<WorkflowInput, WorkflowResult?>(nameof(WorkflowOrchestrator), (context, _) => WorkflowOrchestrator.RunAsync(context));
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
    await RunAsync(Workflow(Machines.PathLoop, new JsonObject { ["n"] = 0, ["times"] = 10 }));
    var loop = await TimeAsync(() => RunAsync(Workflow(Machines.PathLoop, new JsonObject { ["n"] = 0, ["times"] = 5000 })));
    Row("one execution of 10,000 states", loop, $"{10_000 / loop:N0} transitions/s");

    // In turns: what else the machine does meets both alike.
    List<double> code = [], states = [];
    for (var round = 0; round < Rounds + 1; round++)
    {
        code.Add(await TimeAsync(() => RunAsync(InCode)));
        states.Add(await TimeAsync(() => RunAsync(Workflow(Machines.Echoes(Steps)))));
    }

    Row($"an orchestration in C# that calls an activity {Steps} times, median of {Rounds}", Median(code), $"{Steps / Median(code):N0} calls/s");
    Row($"an execution of {Steps} Task states that call the same", Median(states), $"{Median(states) / Median(code):N2} times as long");
}

if (Option("--app") is { } app)
{
    using var http = new HttpClient { BaseAddress = new Uri(app) };
    http.DefaultRequestHeaders.Add("x-functions-key", Option("--key"));
    var client = new AppClient(http);
    Line("\n## Through the app\n");
    Line("Over HTTP to the app under the local host, on SQLite, every history kept in Azurite.\n");
    Line("| | seconds | |\n|---|---|---|");
    await client.PushAsync("bench-passes", Machines.Passes(StepsOfEach));
    await client.RunAsync("bench-passes", 5);
    var passes = await TimeAsync(() => client.RunAsync("bench-passes", Executions));
    Row($"{Executions} executions of {StepsOfEach} Pass states at once", passes, $"{Executions * StepsOfEach / passes:N0} transitions/s, {Executions / passes:N1} executions/s");
    var one = await TimeAsync(() => client.RunAsync("bench-passes", 1));
    Row("one of them alone", one, $"{StepsOfEach / one:N0} transitions/s");
    await client.PushAsync("bench-map", Machines.MapOf(10_000));
    var wide = await TimeAsync(() => client.RunAsync("bench-map", 1));
    Row("a distributed Map of 10,000 Pass states", wide, $"{10_000 / wide:N0} items/s");
}

var folder = AppContext.BaseDirectory[..AppContext.BaseDirectory.IndexOf($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal)];
await File.WriteAllTextAsync(Path.Combine(folder, "results.md"), report.ToString());

Func<int, (string Orchestrator, object Input)> Workflow(string definition, JsonNode? input = null) => number => (
    nameof(WorkflowOrchestrator),
    new WorkflowInput(
        string.Create(CultureInfo.InvariantCulture, $"exec-{number}"), "bench", 1, JsonElement.Parse(definition), new Dictionary<string, string>(), JsonSerializer.SerializeToElement(input ?? new JsonObject())));

(string Orchestrator, object Input) InCode(int number) => ("InCode", JsonElement.Parse("{}"));

async Task RunAsync(Func<int, (string Orchestrator, object Input)> start)
{
    using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(5));
    var (orchestrator, input) = start(0);
    var id = await host.Client.ScheduleNewOrchestrationInstanceAsync(orchestrator, input, cancellation: timeout.Token);
    var ended = await host.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, timeout.Token);
    if (ended.RuntimeStatus != OrchestrationRuntimeStatus.Completed || (ended.Name == nameof(WorkflowOrchestrator) && ended.ReadOutputAs<WorkflowResult>() is not { Status: "SUCCEEDED" }))
    {
        throw new InvalidOperationException($"{id} is {ended.RuntimeStatus}: {ended.FailureDetails?.ErrorMessage ?? ended.SerializedOutput}");
    }
}

string? Option(string name) => args.SkipWhile(argument => argument != name).Skip(1).FirstOrDefault();

// Without the first round, which compiles.
static double Median(List<double> seconds) => seconds.Skip(1).Order().ElementAt((seconds.Count - 1) / 2);

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
