using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using DurableMl.Cli.Pipelines;

namespace DurableMl.Cli.Commands;

/// <summary><c>score</c>: has a model predict for all arrays, tables or images below a prefix, and follows that.</summary>
internal static class ScoreCommand
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var command = new Command("score", "Let a model predict for all arrays, and all tables or images that it was trained on, below a prefix of blobs, and follow it.");
        var model = new Argument<string>("model") { Description = "The model." };
        var input = new Argument<string>("input") { Description = "Container and prefix, for example raw/new/: .npy shards, tables (CSV, TSV, JSON, JSON lines, Parquet; gzip too) or image files." };
        var output = new Option<string?>("--output") { Description = "Where the predictions go, for example runs/new/; by default a folder of this scoring's own." };
        var version = new Option<string?>("--version") { Description = "A version or alias; the champion by default." };
        var format = new Option<string?>("--format") { Description = "csv or jsonl for tables and images, npy or jsonl for arrays; the first by default." };
        var maxFailed = new Option<int?>("--max-failed") { Description = "Rows and files that may be left out because they cannot be scored; none by default." };
        var threshold = new Option<double?>("--threshold") { Description = "Of several labels, the probability from which on one is answered, 0 to 1; 0.5 by default." };
        var detach = new Option<bool>("--detach") { Description = "Do not follow it." };
        var api = new ApiOptions();
        command.Arguments.Add(model);
        command.Arguments.Add(input);
        foreach (Option option in (Option[])[output, version, format, maxFailed, threshold, detach])
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

            if (result.GetValue(maxFailed) is { } most)
            {
                request["maxFailedItems"] = most;
            }

            if (result.GetValue(threshold) is { } least)
            {
                request["threshold"] = least;
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
        : string.Create(CultureInfo.InvariantCulture, $"{status["examples"]} examples of {status["shards"]} parts{Failed(status)}");

    private static string Failed(JsonNode of) => of["failed"]?.GetValue<long>() is > 0 and var failed ? string.Create(CultureInfo.InvariantCulture, $", {failed} left out") : "";

    // What it does not say of itself would be taken for scored.
    private static IEnumerable<string> Remarks(JsonNode summary)
    {
        foreach (JsonNode? cause in summary["causes"] as JsonArray ?? [])
        {
            yield return $"  left out: {cause!["count"]} × {cause["reason"]}, first at {cause["first"]}";
        }

        if (summary["skipped"]?.GetValue<long>() is > 0 and var skipped)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"  passed over: {skipped} blobs that hold nothing that the model takes");
        }
    }

    private static async Task<int> EndAsync(string id, JsonNode summary, TextWriter output)
    {
        string accuracy = summary["accuracy"] is { } share ? string.Create(CultureInfo.InvariantCulture, $", {share.GetValue<double>():P2} of them right") : "";
        await output.WriteLineAsync(summary["cancelled"] is { } reason
            ? $"{id}: cancelled, {reason}"
            : $"{id}: {summary["examples"]} examples of {summary["shards"]} parts{Failed(summary)}{accuracy}; predictions in {summary["output"]}");
        foreach (string remark in Remarks(summary))
        {
            await output.WriteLineAsync(remark);
        }

        return summary["cancelled"] is null ? ExitCodes.Done : ExitCodes.Failed;
    }
}
