using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using DurableMl.Cli.Workflows;

namespace DurableMl.Cli.Commands;

/// <summary>The commands of <c>workflow</c> for executions.</summary>
internal static class WorkflowExecutionCommands
{
    /// <summary><c>start</c>: starts an execution and follows it.</summary>
    public static Command Start()
    {
        var command = new Command("start", "Start an execution of a workflow, and follow it.");
        var name = new Argument<string>("workflow") { Description = "The workflow's name." };
        var input = new Option<string>("--input") { Description = "The execution's input: JSON, or @FILE.", DefaultValueFactory = _ => "{}" };
        var version = new Option<string?>("--version") { Description = "A version's number, or an alias; the newest version by default." };
        var id = new Option<string?>("--id") { Description = "The execution's id; refused if there is one of that id already." };
        var detach = new Option<bool>("--detach") { Description = "Do not follow it." };
        var api = new ApiOptions();
        command.Arguments.Add(name);
        foreach (Option option in (Option[])[input, version, id, detach])
        {
            command.Options.Add(option);
        }

        api.AddTo(command);
        command.SetHandler(async (result, cancellationToken) =>
        {
            using var http = api.Connect(result);
            var client = new WorkflowsClient(http, TimeProvider.System);
            var given = await WorkflowCommand.JsonAsync("--input", result.GetRequiredValue(input), cancellationToken);
            var execution = await client.StartAsync(result.GetRequiredValue(name), result.GetValue(version), result.GetValue(id), given, cancellationToken);
            await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Started {execution.ExecutionId} of version {execution.Version}."));
            return result.GetValue(detach) ? ExitCodes.Done : await FollowAsync(client, execution.ExecutionId!, Console.Out, cancellationToken);
        });
        return command;
    }

    /// <summary><c>watch</c>: follows an execution.</summary>
    public static Command Watch() => ForExecution(
        "watch",
        "Follow an execution: what has happened and what happens, until it has ended.",
        (client, id, cancellationToken) => FollowAsync(client, id, Console.Out, cancellationToken));

    /// <summary><c>redrive</c>: lets one that has not succeeded go on.</summary>
    public static Command Redrive() => ForExecution(
        "redrive",
        "Let an execution that failed, timed out or was stopped go on from the state in which it ended, and follow it.",
        async (client, id, cancellationToken) =>
        {
            await client.RedriveAsync(id, cancellationToken);
            return await FollowAsync(client, id, Console.Out, cancellationToken);
        });

    /// <summary><c>history</c>: shows what has happened.</summary>
    public static Command History() => ForExecution("history", "Show what has happened in an execution.", async (client, id, cancellationToken) =>
    {
        await foreach (var happened in client.HistoryAsync(id, 0, cancellationToken))
        {
            await Console.Out.WriteLineAsync(Line(happened));
        }

        return ExitCodes.Done;
    });

    /// <summary><c>stop</c>: ends an execution.</summary>
    public static Command Stop()
    {
        var command = new Command("stop", "End an execution as aborted.");
        var execution = new Argument<string>("execution") { Description = "The execution's id." };
        var error = new Option<string?>("--error") { Description = "The error that it shall end with." };
        var cause = new Option<string?>("--cause") { Description = "Why, for people." };
        var api = new ApiOptions();
        command.Arguments.Add(execution);
        command.Options.Add(error);
        command.Options.Add(cause);
        api.AddTo(command);
        command.SetHandler(async (result, cancellationToken) =>
        {
            using var http = api.Connect(result);
            var id = result.GetRequiredValue(execution);
            await new WorkflowsClient(http, TimeProvider.System).StopAsync(id, result.GetValue(error), result.GetValue(cause), cancellationToken);
            await Console.Out.WriteLineAsync($"Asked {id} to end.");
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>Shows an execution until it has ended. Returns 0 if it succeeded.</summary>
    internal static async Task<int> FollowAsync(WorkflowsClient client, string executionId, TextWriter output, CancellationToken cancellationToken)
    {
        var execution = await client.FollowAsync(executionId, happened => output.WriteLineAsync(Line(happened)), cancellationToken);
        if (execution.Status == "SUCCEEDED")
        {
            await output.WriteLineAsync($"{executionId}: SUCCEEDED{Environment.NewLine}{execution.Output?.GetRawText() ?? "null"}");
            return ExitCodes.Done;
        }

        var why = string.Join(": ", new[] { execution.Error, execution.Cause }.Where(text => !string.IsNullOrEmpty(text)));
        await output.WriteLineAsync($"{executionId}: {execution.Status}{(why.Length > 0 ? $", {why}" : "")}");
        return ExitCodes.Failed;
    }

    /// <summary>An event as a line: when, which, what, and where it says so which state or iteration and why it failed.</summary>
    internal static string Line(JsonObject happened)
    {
        var details = happened.FirstOrDefault(pair => pair.Key.EndsWith("EventDetails", StringComparison.Ordinal)).Value as JsonObject;
        var parts = new[] { "name", "index", "resource", "error", "cause" }.Select(name => details?[name]).OfType<JsonNode>().Select(node => node.ToString());
        var time = DateTimeOffset.Parse((string)happened["timestamp"]!, CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"{time.UtcDateTime:HH:mm:ss.fff}  {(int)happened["id"]!,5}  {(string)happened["type"]!,-24}  {string.Join("  ", parts)}").TrimEnd();
    }

    private static Command ForExecution(string name, string description, Func<WorkflowsClient, string, CancellationToken, Task<int>> run)
    {
        var command = new Command(name, description);
        var execution = new Argument<string>("execution") { Description = "The execution's id." };
        var api = new ApiOptions();
        command.Arguments.Add(execution);
        api.AddTo(command);
        command.SetHandler(async (result, cancellationToken) =>
        {
            using var http = api.Connect(result);
            return await run(new WorkflowsClient(http, TimeProvider.System), result.GetRequiredValue(execution), cancellationToken);
        });
        return command;
    }
}
