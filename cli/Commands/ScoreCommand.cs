using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using DurableMl.Cli.Pipelines;

namespace DurableMl.Cli.Commands;

/// <summary><c>score</c>: has a model predict for every shard below a prefix, and follows that.</summary>
internal static class ScoreCommand
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var command = new Command("score", "Let a model predict for all shards below a prefix of blobs, and follow it.");
        var model = new Argument<string>("model") { Description = "The model." };
        var input = new Argument<string>("input") { Description = "Container and prefix of the shards, .npy blobs, for example raw/new/." };
        var output = new Option<string?>("--output") { Description = "Where the predictions go, for example runs/new/; by default a folder of this scoring's own." };
        var version = new Option<string?>("--version") { Description = "A version or alias; the champion by default." };
        var format = new Option<string?>("--format") { Description = "npy or jsonl." };
        var detach = new Option<bool>("--detach") { Description = "Do not follow it." };
        var api = new ApiOptions();
        command.Arguments.Add(model);
        command.Arguments.Add(input);
        foreach (Option option in (Option[])[output, version, format, detach])
        {
            command.Options.Add(option);
        }

        api.AddTo(command);
        command.SetHandler(async (result, cancellationToken) =>
        {
            using var http = api.Connect(result);
            var request = new JsonObject { ["input"] = result.GetRequiredValue(input) };
            foreach ((string name, Option<string?> option) in ((string, Option<string?>)[])[("output", output), ("version", version), ("format", format)])
            {
                if (result.GetValue(option) is { } value)
                {
                    request[name] = value;
                }
            }

            return await RunAsync(
                new ApiConnection(http), TimeProvider.System, result.GetRequiredValue(model), request, result.GetValue(detach), Console.Out, cancellationToken);
        });
        return command;
    }

    /// <summary>Starts a scoring and follows it.</summary>
    /// <returns>The exit code: failed unless everything was scored.</returns>
    /// <exception cref="CliException">It was refused, or failed.</exception>
    internal static async Task<int> RunAsync(
        ApiConnection api, TimeProvider time, string model, JsonObject request, bool detach, TextWriter output, CancellationToken cancellationToken)
    {
        string id = (await api.JsonAsync(HttpMethod.Post, $"api/models/{Uri.EscapeDataString(model)}/score", request, cancellationToken))["id"]!.GetValue<string>();
        await output.WriteLineAsync($"Started {id}.");
        if (detach)
        {
            await output.WriteLineAsync($"Its state: GET api/scores/{id}; ./durableml cancel {id} stops it.");
            return ExitCodes.Done;
        }

        string progress = "";
        while (true)
        {
            JsonNode scoring = await api.JsonAsync(HttpMethod.Get, $"api/scores/{Uri.EscapeDataString(id)}", null, cancellationToken);
            if (Progress(scoring["customStatus"] as JsonObject) is { } now && now != progress)
            {
                await output.WriteLineAsync(progress = now);
            }

            switch (scoring["runtimeStatus"]?.GetValue<string>())
            {
                case "Completed":
                    return await EndAsync(id, scoring["output"]!, output);
                case "Failed" or "Terminated":
                    throw new CliException($"{id}: {scoring["state"]}, {scoring["output"]}");
                default:
                    await Task.Delay(Interval, time, cancellationToken);
                    break;
            }
        }
    }

    private static string? Progress(JsonObject? status) => status is null
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"{status["examples"]} examples of {status["shards"]} shards");

    private static async Task<int> EndAsync(string id, JsonNode summary, TextWriter output)
    {
        string accuracy = summary["accuracy"] is { } share ? string.Create(CultureInfo.InvariantCulture, $", {share.GetValue<double>():P2} of them right") : "";
        await output.WriteLineAsync(summary["cancelled"] is { } reason
            ? $"{id}: cancelled, {reason}"
            : $"{id}: {summary["examples"]} examples of {summary["shards"]} shards{accuracy}; predictions in {summary["output"]}");
        return summary["cancelled"] is null ? ExitCodes.Done : ExitCodes.Failed;
    }
}
