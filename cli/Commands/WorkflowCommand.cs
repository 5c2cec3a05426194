using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Cli.Progress;
using DurableMl.Cli.Workflows;
using DurableMl.Workflows.Definitions;
using Spectre.Console;

namespace DurableMl.Cli.Commands;

/// <summary><c>workflow</c>: machines in Amazon States Language; here their definitions, executions in <see cref="WorkflowExecutionCommands"/>.</summary>
internal static class WorkflowCommand
{
    /// <summary>For documents that people read.</summary>
    internal static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Makes the command.</summary>
    public static Command Create() => new("workflow", "Workflows in Amazon States Language: check, push, run and follow them.")
    {
        Validate(),
        Graph(),
        Push(),
        List(),
        TestState(),
        ExportPipeline(),
        WorkflowExecutionCommands.Start(),
        WorkflowExecutionCommands.Watch(),
        WorkflowExecutionCommands.History(),
        WorkflowExecutionCommands.Stop(),
        WorkflowExecutionCommands.Redrive(),
    };

    /// <summary>Reads a file.</summary>
    /// <exception cref="CliException">There is none.</exception>
    internal static async Task<string> ReadAsync(FileInfo file, CancellationToken cancellationToken) =>
        file.Exists ? await File.ReadAllTextAsync(file.FullName, cancellationToken) : throw new CliException($"There is no file {file.FullName}.");

    /// <summary>The JSON of an option: itself, or what a file holds that is named behind an <c>@</c>.</summary>
    /// <exception cref="CliException">It is no JSON, or there is no such file.</exception>
    internal static async Task<string> JsonAsync(string option, string value, CancellationToken cancellationToken)
    {
        var text = value.StartsWith('@') ? await ReadAsync(new FileInfo(value[1..]), cancellationToken) : value;
        try
        {
            using var document = JsonDocument.Parse(text);
            return text;
        }
        catch (JsonException exception)
        {
            throw new CliException($"{option} is not JSON: {exception.Message} Give JSON, or @FILE.", exception) { ExitCode = ExitCodes.Usage };
        }
    }

    /// <summary>Writes what is wrong with a definition, if anything is.</summary>
    internal static async Task<int> ValidateAsync(string text, string name, TextWriter output)
    {
        var mistakes = DefinitionValidator.Validate(text);
        foreach (var mistake in mistakes)
        {
            await output.WriteLineAsync($"{mistake.Location ?? "/"}: {mistake.Message} ({mistake.Code})");
        }

        await output.WriteLineAsync(mistakes.Count == 0 ? $"{name} is valid." : string.Create(CultureInfo.InvariantCulture, $"{name} has {mistakes.Count} {(mistakes.Count == 1 ? "mistake" : "mistakes")}."));
        return mistakes.Count == 0 ? ExitCodes.Done : ExitCodes.Failed;
    }

    private static Argument<FileInfo> DefinitionFile() => new("definition") { Description = "The definition's file, for example examples/workflows/inference.asl.json." };

    private static Command Validate()
    {
        var command = new Command("validate", "Say everything that is wrong with a definition, without a host. What its tasks may run is checked when it is pushed.");
        var file = DefinitionFile();
        command.Arguments.Add(file);
        command.SetHandler(async (result, cancellationToken) =>
        {
            var given = result.GetRequiredValue(file);
            return await ValidateAsync(await ReadAsync(given, cancellationToken), given.Name, Console.Out);
        });
        return command;
    }

    private static Command Graph()
    {
        var command = new Command("graph", "Draw a definition as a Mermaid flowchart or an SVG, or how far an execution came in it.");
        var file = DefinitionFile();
        file.Arity = ArgumentArity.ZeroOrOne;
        var execution = new Option<string?>("--execution") { Description = "The execution whose definition is drawn, with the states that it passed." };
        var svg = new Option<bool>("--svg") { Description = "Draw an SVG, which needs no other program to look at." };
        var api = new ApiOptions();
        command.Arguments.Add(file);
        command.Options.Add(execution);
        command.Options.Add(svg);
        api.AddTo(command);
        command.SetHandler(async (result, cancellationToken) =>
        {
            Func<JsonObject, IReadOnlyDictionary<string, StateProgress>?, string> draw = result.GetValue(svg) ? SvgGraph.Of : MermaidGraph.Of;
            if (result.GetValue(execution) is { } id)
            {
                using var http = api.Connect(result);
                await Console.Out.WriteAsync(await DrawAsync(new WorkflowsClient(http, TimeProvider.System), id, draw, cancellationToken));
                return ExitCodes.Done;
            }

            var given = result.GetValue(file) ?? throw new CliException("Give a definition's file, or --execution.") { ExitCode = ExitCodes.Usage };
            var text = await ReadAsync(given, cancellationToken);
            if (DefinitionValidator.Validate(text).Count > 0)
            {
                return await ValidateAsync(text, given.Name, Console.Error);
            }

            await Console.Out.WriteAsync(draw(JsonNode.Parse(text)!.AsObject(), null));
            return ExitCodes.Done;
        });
        return command;
    }

    private static async Task<string> DrawAsync(
        WorkflowsClient client, string executionId, Func<JsonObject, IReadOnlyDictionary<string, StateProgress>?, string> draw, CancellationToken cancellationToken)
    {
        var execution = await client.GetExecutionAsync(executionId, cancellationToken);
        var definition = await client.DefinitionAsync(execution.Workflow!, execution.Version!.Value, cancellationToken);
        var progress = new Dictionary<string, StateProgress>();
        await foreach (var happened in client.HistoryAsync(executionId, 0, cancellationToken))
        {
            if ((happened["stateEnteredEventDetails"] ?? happened["stateExitedEventDetails"])?["name"]?.GetValue<string>() is { } state)
            {
                progress[state] = happened.ContainsKey("stateExitedEventDetails") ? StateProgress.Done : StateProgress.Entered;
            }
        }

        // What was never left when the execution ended is where it failed.
        foreach (var state in progress.Where(each => each.Value == StateProgress.Entered && execution.HasEnded).Select(each => each.Key).ToList())
        {
            progress[state] = StateProgress.Failed;
        }

        return draw(definition, progress);
    }

    private static Command Push()
    {
        var command = new Command("push", "Add a version of a workflow; nothing new where the newest version has this very text.");
        var name = new Argument<string>("workflow") { Description = "The workflow's name." };
        var file = DefinitionFile();
        var alias = new Option<string?>("--alias") { Description = "An alias that shall name the version." };
        var api = new ApiOptions();
        command.Arguments.Add(name);
        command.Arguments.Add(file);
        command.Options.Add(alias);
        api.AddTo(command);
        command.SetHandler(async (result, cancellationToken) =>
        {
            using var http = api.Connect(result);
            var workflow = result.GetRequiredValue(name);
            var text = await ReadAsync(result.GetRequiredValue(file), cancellationToken);
            var version = await new WorkflowsClient(http, TimeProvider.System).PushAsync(workflow, text, result.GetValue(alias), cancellationToken);
            await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{workflow} version {version.Version}, {version.Sha256[..12]}"));
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "List the workflows, or the versions, aliases and newest executions of one.");
        var name = new Argument<string?>("workflow") { Description = "The workflow's name.", Arity = ArgumentArity.ZeroOrOne };
        var api = new ApiOptions();
        command.Arguments.Add(name);
        api.AddTo(command);
        command.SetHandler(async (result, cancellationToken) =>
        {
            using var http = api.Connect(result);
            var client = new WorkflowsClient(http, TimeProvider.System);
            if (result.GetValue(name) is not { } workflow)
            {
                foreach (var each in await client.ListAsync(cancellationToken))
                {
                    await Console.Out.WriteLineAsync(each);
                }

                return ExitCodes.Done;
            }

            var details = await client.GetAsync(workflow, cancellationToken);
            foreach (var version in details.Versions)
            {
                var aliases = string.Join(", ", details.Aliases.Where(alias => alias.Value == version.Version).Select(alias => alias.Key));
                await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"version {version.Version}  {version.Sha256[..12]}  {aliases}").TrimEnd());
            }

            var table = new Table().RoundedBorder().AddColumns("execution", "version", "status", "started");
            foreach (var execution in await client.ExecutionsAsync(workflow, cancellationToken))
            {
                table.AddRow(
                    new Text(execution.ExecutionId ?? ""),
                    new Text(execution.Version?.ToString(CultureInfo.InvariantCulture) ?? ""),
                    new Text(execution.Status ?? ""),
                    new Text(execution.StartedAt?.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? ""));
            }

            Terminal.Open().Write(table);
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command ExportPipeline()
    {
        var command = new Command("export-pipeline", "Write a pipeline as a workflow that does the same by its parts.");
        var file = new Argument<FileInfo>("pipeline") { Description = "The pipeline's file." };
        var api = new ApiOptions();
        command.Arguments.Add(file);
        api.AddTo(command);
        command.SetHandler(async (result, cancellationToken) =>
        {
            using var http = api.Connect(result);
            var workflow = await new WorkflowsClient(http, TimeProvider.System).ExportPipelineAsync(await ReadAsync(result.GetRequiredValue(file), cancellationToken), cancellationToken);
            await Console.Out.WriteLineAsync(workflow.ToJsonString(Indented));
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command TestState()
    {
        var command = new Command("test-state", "Try out one state, its work replaced by a result or an error.");
        var file = DefinitionFile();
        var state = new Option<string?>("--state") { Description = "Which state; needed unless the file holds a single one." };
        var input = new Option<string>("--input") { Description = "The state's input: JSON, or @FILE.", DefaultValueFactory = _ => "{}" };
        var mock = new Option<string?>("--result") { Description = "What the state's work gives: JSON, or @FILE." };
        var error = new Option<string?>("--error") { Description = "The name of the error that the state's work fails with." };
        var cause = new Option<string?>("--cause") { Description = "The cause of that error." };
        var inspect = new Option<bool>("--inspect") { Description = "Show the data at each step through the state, too." };
        var api = new ApiOptions();
        command.Arguments.Add(file);
        foreach (Option option in (Option[])[state, input, mock, error, cause, inspect])
        {
            command.Options.Add(option);
        }

        api.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(mock) is not null && result.GetValue(error) is not null)
            {
                result.AddError("--result and --error exclude each other.");
            }
        });
        command.SetHandler(async (result, cancellationToken) =>
        {
            using var http = api.Connect(result);
            var request = new JsonObject
            {
                ["definition"] = await ReadAsync(result.GetRequiredValue(file), cancellationToken),
                ["input"] = await JsonAsync("--input", result.GetRequiredValue(input), cancellationToken),
                ["stateName"] = result.GetValue(state),
                ["inspectionLevel"] = result.GetValue(inspect) ? "DEBUG" : "INFO",
            };
            if (result.GetValue(error) is { } failure)
            {
                request["mock"] = new JsonObject { ["errorOutput"] = new JsonObject { ["error"] = failure, ["cause"] = result.GetValue(cause) } };
            }
            else if (result.GetValue(mock) is { } given)
            {
                request["mock"] = new JsonObject { ["result"] = await JsonAsync("--result", given, cancellationToken) };
            }

            var outcome = await new WorkflowsClient(http, TimeProvider.System).TestStateAsync(request, cancellationToken);
            await Console.Out.WriteLineAsync(outcome.ToJsonString(Indented));
            return (string?)outcome["status"] == "FAILED" ? ExitCodes.Failed : ExitCodes.Done;
        });
        return command;
    }
}
