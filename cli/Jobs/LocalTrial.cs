using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Cli.Commands;
using DurableMl.Cli.Hosting;
using DurableMl.Cli.Programs;

namespace DurableMl.Cli.Jobs;

/// <summary>Runs one trial of a job in its own folder on this machine, under the job contract and without a cluster, to debug it.</summary>
/// <param name="job">The job.</param>
/// <param name="layout">The checkout, for what jobs may include.</param>
internal sealed class LocalTrial(JobFolder job, RepositoryLayout layout)
{
    private const int NonRetryable = 64;

    /// <summary>The trial's hyperparameters: the defaults, but for those given as <c>name=value</c>.</summary>
    /// <exception cref="CliException">One is not of that form, or is none that the job takes.</exception>
    public JsonObject Parameters(IEnumerable<string> given)
    {
        var parameters = new JsonObject(job.Parameters.Select(each => KeyValuePair.Create(each.Key, (JsonNode?)JsonNode.Parse(each.Value.GetRawText()))));
        foreach (string one in given)
        {
            string[] parts = one.Split('=', 2);
            if (parts.Length < 2 || !job.Parameters.ContainsKey(parts[0]))
            {
                string[] known = [.. job.Parameters.Keys.Order(StringComparer.Ordinal)];
                throw new CliException($"--params {one}: give name=value; {job.Name} takes {(known.Length == 0 ? "no parameters" : string.Join(", ", known))}.") { ExitCode = ExitCodes.Usage };
            }

            parameters[parts[0]] = Value(parts[1]);
        }

        return parameters;
    }

    /// <summary>Runs the trial; what the job writes to the terminal is seen as it comes.</summary>
    /// <param name="folder">Where its parameters, checkpoint and output go. A checkpoint that lies there is gone on from.</param>
    /// <param name="parameters">The hyperparameters.</param>
    /// <param name="data">A folder with a dataset; null for none.</param>
    /// <param name="budget">Epochs in total.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="cancellationToken">Ends the job.</param>
    /// <exception cref="CliException">The job failed, or there is no such dataset.</exception>
    public async Task RunAsync(string folder, JsonObject parameters, string? data, int budget, long seed, CancellationToken cancellationToken)
    {
        if (data is not null && !File.Exists(Path.Combine(data, "manifest.json")))
        {
            throw new CliException($"--data {data}: there is no manifest.json in it; give the folder of a dataset's version.") { ExitCode = ExitCodes.Usage };
        }

        string checkpoint = Directory.CreateDirectory(Path.Combine(folder, "checkpoint")).FullName;
        string output = Directory.CreateDirectory(Path.Combine(folder, "output")).FullName;
        string file = Path.Combine(folder, "params.json");
        await File.WriteAllTextAsync(file, parameters.ToJsonString(), cancellationToken);
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["DML_PARAMS"] = file,
            ["DML_CHECKPOINT"] = checkpoint,
            ["DML_OUTPUT"] = output,
            ["DML_BUDGET"] = budget.ToString(CultureInfo.InvariantCulture),
            ["DML_SEED"] = seed.ToString(CultureInfo.InvariantCulture),
            ["DML_ATTEMPT"] = "1",
            // On a node, what a job includes lies two folders above it.
            ["PYTHONPATH"] = Path.Combine(layout.Root, "batch-jobs"),
        };
        if (data is not null)
        {
            environment["DML_DATASET"] = Path.GetFullPath(data);
        }

        string program = job.Command[0] == "python3" ? layout.Python ?? "python3" : job.Command[0];
        int exitCode = await new ProgramRun(program, [.. job.Command.Skip(1)]) { WorkingDirectory = job.Path, Environment = environment }.RunAsync(cancellationToken);
        if (exitCode != 0)
        {
            throw new CliException(string.Create(
                CultureInfo.InvariantCulture,
                $"{job.Name} ended with exit code {exitCode}: {(exitCode == NonRetryable ? "a run would not try the trial again" : "a run would try the trial again")}. Its files are in {folder}."));
        }
    }

    /// <summary>The last value of each metric that it has reported.</summary>
    public static IReadOnlyDictionary<string, double> Metrics(string folder)
    {
        var last = new SortedDictionary<string, double>(StringComparer.Ordinal);
        string file = Path.Combine(folder, "output", "metrics.jsonl");
        foreach (string line in File.Exists(file) ? File.ReadLines(file) : [])
        {
            try
            {
                foreach (JsonProperty member in JsonElement.Parse(line).EnumerateObject().Where(member => member.Value.ValueKind == JsonValueKind.Number))
                {
                    last[member.Name] = member.Value.GetDouble();
                }
            }
            catch (Exception exception) when (exception is JsonException or InvalidOperationException)
            {
                throw new CliException($"{file} has a line that is no JSON object: {line}", exception);
            }
        }

        return last;
    }

    // Numbers and truth values are those of JSON; all else is a text.
    private static JsonNode? Value(string text)
    {
        try
        {
            JsonNode? value = JsonNode.Parse(text);
            return value is JsonValue ? value : JsonValue.Create(text);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }
}
