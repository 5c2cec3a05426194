using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Cli.Sweeps;

namespace DurableMl.Cli.Commands;

/// <summary><c>sweep</c>: what a person may have a sweep do while it is under way, and its report.</summary>
internal static class SweepCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create() => new("sweep", "Steer the sweep of a run while it is under way, and see what it has learned.")
    {
        Make("pause", "Begin no more trials and let none go on; those under way train to their budgets.", (_, _) => { }),
        Make("resume", "Go on after a pause.", (_, _) => { }),
        Stop(),
        Add(),
        Parallelism(),
        Fetch("report", "Write a page with what the sweep of a run has learned so far: parameters, learning curves, trials on nodes, cost.", "report.html", ".html", "shows the sweep", document: "report"),
        Fetch("narrow", "Write a pipeline for the next sweep, whose parameters lie around the best trials of a run that has ended.", "narrowed", ".next.json", "is a pipeline around the best trials", document: "narrowed"),
    };

    private static Command Fetch(string name, string description, string what, string extension, string said, string document)
    {
        var command = new Command(name, description);
        var run = new Argument<string>("run") { Description = "The run's id." };
        var output = new Option<FileInfo?>("--out") { Description = $"The file; by default RUN{extension} in this folder, and none with --json." };
        var api = new ApiOptions();
        command.Arguments.Add(run);
        command.Options.Add(output);
        api.AddTo(command);
        command.SetHandler(async (result, cancellationToken) =>
        {
            string id = result.GetRequiredValue(run);
            using var http = api.Connect(result);
            bool asDocument = api.WritesJson(result);
            string content = await new SweepsClient(http, TimeProvider.System).FetchAsync(id, asDocument ? document : what, cancellationToken);
            if ((result.GetValue(output) ?? (asDocument ? null : new FileInfo(id + extension))) is not { } file)
            {
                return ExitCodes.Done;
            }

            await File.WriteAllTextAsync(file.FullName, content, cancellationToken);
            await Console.Out.WriteLineAsync($"{file.FullName} {said} of {id}.");
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Stop()
    {
        var trial = new Option<string?>("--trial") { Description = "The trial to stop; without it, the sweep ends with the trials that have completed, and the run goes on with the best." };
        return Make("stop", "Stop a trial, or the sweep.", (result, wish) => wish["trial"] = result.GetValue(trial), trial);
    }

    private static Command Add()
    {
        var trials = new Option<int?>("--trials") { Description = "How many trials more." };
        var set = new Option<string[]>("--set") { Description = "NAME=VALUE, any number of times: one trial with these parameters; the others are drawn at random.", AllowMultipleArgumentsPerToken = true };
        return Make(
            "add",
            "Add trials.",
            (result, wish) =>
            {
                wish["trials"] = result.GetValue(trials);
                wish["parameters"] = result.GetValue(set) is { Length: > 0 } values ? Parameters(values) : null;
            },
            trials,
            set);
    }

    private static Command Parallelism()
    {
        var number = new Argument<int>("trials") { Description = "Trials at a time." };
        return Make("parallelism", "Change how many trials are under way at a time.", (result, wish) => wish["parallelism"] = result.GetRequiredValue(number), number);
    }

    private static Command Make(string action, string description, Action<ParseResult, JsonObject> fill, params Symbol[] more)
    {
        var command = new Command(action, description);
        var run = new Argument<string>("run") { Description = "The run's id." };
        var comment = new Option<string?>("--comment") { Description = "Why; it is kept with the decision." };
        var api = new ApiOptions();
        command.Arguments.Add(run);
        foreach (var symbol in more)
        {
            if (symbol is Argument argument)
            {
                command.Arguments.Add(argument);
            }
            else
            {
                command.Options.Add((Option)symbol);
            }
        }

        command.Options.Add(comment);
        api.AddTo(command);
        command.SetHandler(async (result, cancellationToken) =>
        {
            var wish = new JsonObject { ["action"] = action, ["comment"] = result.GetValue(comment), ["by"] = api.SignsIn(result) ? null : Environment.UserName };
            fill(result, wish);
            using var http = api.Connect(result);
            var decision = await new SweepsClient(http, TimeProvider.System).DecideAsync(result.GetRequiredValue(run), wish, cancellationToken);
            await Console.Out.WriteLineAsync(decision.Refused is { } reason ? $"The sweep has refused that: {reason}." : string.Create(CultureInfo.InvariantCulture, $"The sweep has taken decision {decision.Id}: {action}."));
            return decision.Refused is null ? ExitCodes.Done : ExitCodes.Failed;
        });
        return command;
    }

    /// <summary>Values as JSON where they are that, such as 0.1 or true; else as text.</summary>
    /// <exception cref="CliException">One has no <c>=</c>.</exception>
    internal static JsonObject Parameters(IEnumerable<string> values)
    {
        var parameters = new JsonObject();
        foreach (var value in values)
        {
            var parts = value.Split('=', 2);
            if (parts is not [{ Length: > 0 } name, var text])
            {
                throw new CliException($"--set takes NAME=VALUE, not '{value}'.") { ExitCode = ExitCodes.Usage };
            }

            parameters[name] = Value(text);
        }

        return parameters;
    }

    private static JsonNode? Value(string text)
    {
        try
        {
            return JsonNode.Parse(text) is JsonValue value ? value : text;
        }
        catch (JsonException)
        {
            return text;
        }
    }
}
