using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using DurableMl.Workflows.Expressions;
using DurableMl.Workflows.Paths;

namespace DurableMl.Workflows.Execution;

// ResultWriter: where a distributed Map puts what its items came to, so that there may be more of it than a state's output holds.
public sealed partial class Interpreter
{
    private const int MostBytesOfResults = 1 << 20;

    /// <summary>Writes files of what succeeded and what failed, and a manifest that names them. Gives what the state has as its result.</summary>
    private async Task<JsonNode> WriteResultsAsync(Visit visit, JsonNode? input, MapRun run, string mapRun)
    {
        var writer = (JsonObject)visit.State["ResultWriter"]!;
        var isJsonata = visit.State.QueryLanguage == Definitions.QueryLanguage.Jsonata;
        var field = isJsonata ? "Arguments" : "Parameters";
        var place = (isJsonata ? QueriesFor(visit).Fill(writer[field], $"ResultWriter/{field}") : ScopeFor(visit, input).Fill(writer[field])) as JsonObject ?? [];
        var resource = JsonValues.Text(writer["Resource"]);
        var all = Enumerable.Range(0, run.Results.Length);
        if (resource is null)
        {
            // A writer without a place only changes the shape of the result.
            return new JsonArray([.. all.Select(index => ResultOf(run, index))]);
        }

        var bucket = JsonValues.Text(place["Bucket"]) ?? throw WorkflowFailure.Runtime($"The field 'ResultWriter/{field}/Bucket' is missing.");
        var prefix = JsonValues.Text(place["Prefix"])?.TrimEnd('/');
        var folder = $"{(string.IsNullOrEmpty(prefix) ? "" : prefix + "/")}{_host.NewGuid()}";
        var files = new JsonObject
        {
            ["FAILED"] = await WriteAsync("FAILED", all.Where(index => run.Failures[index] is not null)),
            ["PENDING"] = new JsonArray(),
            ["SUCCEEDED"] = await WriteAsync("SUCCEEDED", all.Where(index => run.Failures[index] is null)),
        };
        await WriteFileAsync("manifest.json", new JsonObject { ["DestinationBucket"] = bucket, ["MapRunArn"] = mapRun, ["ResultFiles"] = files });
        return new JsonObject
        {
            ["MapRunArn"] = mapRun,
            ["ResultWriterDetails"] = new JsonObject { ["Bucket"] = bucket, ["Key"] = $"{folder}/manifest.json" },
        };

        async Task<JsonArray> WriteAsync(string kind, IEnumerable<int> indices)
        {
            var written = new JsonArray();
            var (file, bytes) = (new JsonArray(), 0);
            foreach (var index in indices)
            {
                var result = ResultOf(run, index);
                bytes += Encoding.UTF8.GetByteCount(Compact.Write(result));
                file.Add((JsonNode)result);
                if (bytes >= MostBytesOfResults)
                {
                    await FlushAsync();
                    (file, bytes) = (new JsonArray(), 0);
                }
            }

            if (file.Count > 0)
            {
                await FlushAsync();
            }

            return written;

            async Task FlushAsync()
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"{kind}_{written.Count}.json");
                var size = Encoding.UTF8.GetByteCount(Compact.Write(file));
                await WriteFileAsync(name, file);
                written.Add((JsonNode)new JsonObject { ["Key"] = $"{folder}/{name}", ["Size"] = size });
            }
        }

        async Task WriteFileAsync(string name, JsonNode body)
        {
            var arguments = new JsonObject { ["Bucket"] = bucket, ["Key"] = $"{folder}/{name}", ["Body"] = body };
            try
            {
                await _host.CallAsync(new TaskRequest(visit.State.Name, resource, arguments, null, null, null));
            }
            catch (WorkflowFailure failure)
            {
                throw new WorkflowFailure(ErrorNames.ResultWriterFailed, failure.Cause);
            }
            finally
            {
                visit.Branch.Lifetime.ThrowIfOver();
            }
        }
    }

    private static JsonObject ResultOf(MapRun run, int index)
    {
        var result = new JsonObject { ["Name"] = index.ToString(CultureInfo.InvariantCulture), ["Input"] = Compact.Write(run.InputOf(index)) };
        if (run.Failures[index] is { } failure)
        {
            result["Status"] = "FAILED";
            result["Error"] = failure.Error;
            result["Cause"] = failure.Cause;
        }
        else
        {
            result["Status"] = "SUCCEEDED";
            result["Output"] = Compact.Write(run.Results[index]);
        }

        return result;
    }
}
