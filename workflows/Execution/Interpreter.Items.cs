using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Workflows.Definitions;
using DurableMl.Workflows.Expressions;
using DurableMl.Workflows.Paths;

namespace DurableMl.Workflows.Execution;

// Where the items of a Map come from, what each becomes, and how many may run or fail.
public sealed partial class Interpreter
{
    /// <summary>Asks the host for the items, as for the result of a task.</summary>
    private async Task<JsonArray> ReadItemsAsync(Visit visit, JsonNode? input)
    {
        var reader = visit.State["ItemReader"] as JsonObject ?? [];
        var resource = JsonValues.Text(reader["Resource"]) ?? throw WorkflowFailure.Runtime("The field 'ItemReader/Resource' is missing.");
        JsonNode? Filled(string field) => visit.State.QueryLanguage == QueryLanguage.Jsonata
            ? QueriesFor(visit).Fill(reader[field], $"ItemReader/{field}")
            : ScopeFor(visit, input).Fill(reader[field]);
        var arguments = new JsonObject
        {
            ["Arguments"] = Filled(visit.State.QueryLanguage == QueryLanguage.Jsonata ? "Arguments" : "Parameters"),
            ["ReaderConfig"] = Filled("ReaderConfig"),
        };
        try
        {
            var read = await _host.CallAsync(new TaskRequest(visit.State.Name, resource, arguments, null, null, null));
            visit.Branch.Lifetime.ThrowIfOver();
            return read as JsonArray ?? throw new WorkflowFailure(ErrorNames.ItemReaderFailed, "What was read is not an array.");
        }
        catch (WorkflowFailure failure) when (failure.Error != ErrorNames.ItemReaderFailed)
        {
            visit.Branch.Lifetime.ThrowIfOver();
            throw new WorkflowFailure(ErrorNames.ItemReaderFailed, failure.Cause);
        }
    }

    /// <summary>Groups items, each as its selector makes it, into inputs of at most as many items and bytes as the state says.</summary>
    private List<JsonObject> BatchesOf(Visit visit, JsonNode? input, JsonArray items)
    {
        var batcher = (JsonObject)visit.State["ItemBatcher"]!;
        var isJsonata = visit.State.QueryLanguage == QueryLanguage.Jsonata;
        double? Limit(string field)
        {
            if (isJsonata)
            {
                return batcher.ContainsKey(field) ? QueriesFor(visit).Number(batcher[field], $"ItemBatcher/{field}") : null;
            }

            return JsonValues.Text(batcher[field + "Path"]) is { } path ? NumberIn(ValueAt(ScopeFor(visit, input), path)) : JsonValues.Number(batcher[field]);
        }

        var (mostItems, mostBytes) = (Limit("MaxItemsPerBatch"), Limit("MaxInputBytesPerBatch"));
        if (mostItems is < 1 || mostBytes is < 1)
        {
            throw WorkflowFailure.Runtime("MaxItemsPerBatch and MaxInputBytesPerBatch must be positive.");
        }

        var shared = isJsonata ? QueriesFor(visit).Fill(batcher["BatchInput"], "ItemBatcher/BatchInput") : ScopeFor(visit, input).Fill(batcher["BatchInput"]);
        var batches = new List<JsonObject>();
        JsonArray? batch = null;
        var bytes = 0;
        for (var i = 0; i < items.Count; i++)
        {
            var item = ItemInput(visit, input, new JsonObject { ["Index"] = i, ["Value"] = items[i]?.DeepClone() });
            var size = Encoding.UTF8.GetByteCount(Compact.Write(item)) + 1;
            if (batch is null || batch.Count >= mostItems || (mostBytes is not null && bytes + size > mostBytes))
            {
                batch = [];
                bytes = Encoding.UTF8.GetByteCount(Compact.Write(shared));
                batches.Add(batcher.ContainsKey("BatchInput") ? new JsonObject { ["BatchInput"] = shared?.DeepClone(), ["Items"] = batch } : new JsonObject { ["Items"] = batch });
            }

            batch.Add(item?.DeepClone());
            bytes += size;
        }

        return batches;
    }

    private JsonArray ItemsByExpression(Visit visit)
    {
        if (visit.State.Has("Items"))
        {
            return QueriesFor(visit).Array(visit.State["Items"], "Items");
        }

        return visit.Input as JsonArray
            ?? throw WorkflowFailure.Query($"Map state input must be an array but was: {Compact.Write(visit.Input)}", null);
    }

    private JsonArray ItemsByPath(Visit visit, JsonNode? input)
    {
        var path = visit.State.Text("ItemsPath") ?? "$";
        if (ValueAt(ScopeFor(visit, input), path) is not JsonArray items)
        {
            // A path into the context object is named as if it started there.
            var shown = path.StartsWith("$$", StringComparison.Ordinal) ? path[1..] : path;
            throw WorkflowFailure.Runtime($"Reference path \"{shown}\" must point to array.");
        }

        if (visit.State.Has("ItemsPath"))
        {
            visit.Probe?.See("afterItemsPath", items);
        }

        return items;
    }

    private JsonNode? ItemInput(Visit visit, JsonNode? input, JsonObject item)
    {
        var field = visit.State.Has("ItemSelector") ? "ItemSelector" : "Parameters";
        if (!visit.State.Has(field))
        {
            return item["Value"]?.DeepClone();
        }

        var inner = visit with { Branch = Inside(visit, visit.Branch.Lifetime, item) };
        return visit.State.QueryLanguage == QueryLanguage.Jsonata
            ? QueriesFor(inner).Fill(visit.State[field], field)
            : ScopeFor(inner, input).Fill(visit.State[field]);
    }

    private int ConcurrencyOf(Visit visit, JsonNode? input)
    {
        var concurrency = LimitOf(visit, input, "MaxConcurrency", isWhole: true) ?? 0;
        visit.Probe?.See("maxConcurrency", concurrency);
        return concurrency switch
        {
            < 0 => throw WorkflowFailure.Runtime("MaxConcurrency cannot be negative."),
            0 => StandardConcurrency,
            _ => (int)Math.Min(concurrency, int.MaxValue),
        };
    }

    /// <summary>How many iterations may fail.</summary>
    private double ToleratedOf(Visit visit, JsonNode? input, int length)
    {
        var given = LimitOf(visit, input, "ToleratedFailureCount", isWhole: true);
        var count = given ?? 0;
        if (given is not null)
        {
            visit.Probe?.See("toleratedFailureCount", count);
        }

        if (count < 0)
        {
            throw WorkflowFailure.Runtime("ToleratedFailureCount cannot be negative.");
        }

        var share = LimitOf(visit, input, "ToleratedFailurePercentage", isWhole: false);
        var percentage = share ?? 0;
        if (share is not null)
        {
            visit.Probe?.See("toleratedFailurePercentage", percentage);
        }

        if (percentage is < 0 or > 100)
        {
            throw WorkflowFailure.Runtime("ToleratedFailurePercentage must be between 0 and 100.");
        }

        return visit.State.IsDistributed ? Math.Max(count, Math.Floor(percentage * length / 100)) : 0;
    }

    private string MapRunId(State state) =>
        $"{_identity.StateMachineId.Replace(":stateMachine:", ":mapRun:", StringComparison.Ordinal)}/{state.Text("Label") ?? state.Name}:{_host.NewGuid()}";

    private double? LimitOf(Visit visit, JsonNode? input, string field, bool isWhole)
    {
        if (visit.State.QueryLanguage == QueryLanguage.Jsonata)
        {
            return visit.State.Has(field) ? QueriesFor(visit).Number(visit.State[field], field) : null;
        }

        if (visit.State.Text(field + "Path") is not { } path)
        {
            return JsonValues.Number(visit.State[field]);
        }

        var value = ValueAt(ScopeFor(visit, input), path);
        if (NumberIn(value) is { } number && (!isWhole || number == Math.Floor(number)))
        {
            return number;
        }

        throw WorkflowFailure.Runtime(
            $"The {field}Path field refers to value \"{JsonValues.Text(value) ?? Compact.Write(value)}\" which is not a valid "
            + $"{(isWhole ? "integer" : "float")}: {path}");
    }

    // A variable may hold the number as text.
    private static double? NumberIn(JsonNode? value) => JsonValues.KindOf(value) switch
    {
        JsonValueKind.Number => JsonValues.Number(value),
        JsonValueKind.String when double.TryParse(
            JsonValues.Text(value), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
        _ => null,
    };

    private MapItem ItemAt(Visit visit, JsonNode? input, JsonArray items, List<JsonObject>? batches, int index)
    {
        if (batches is not null)
        {
            return new MapItem(index, batches[index], batches[index].DeepClone());
        }

        var item = new JsonObject { ["Index"] = index, ["Value"] = items[index]?.DeepClone() };
        return new MapItem(index, items[index]?.DeepClone(), ItemInput(visit, input, item));
    }

    private static JsonObject ProcessorOf(State state)
    {
        var processor = (state["ItemProcessor"] ?? state["Iterator"])!.DeepClone().AsObject();
        processor["QueryLanguage"] = state.ItemProcessor!.QueryLanguage == QueryLanguage.Jsonata ? "JSONata" : "JSONPath";
        return processor;
    }
}
