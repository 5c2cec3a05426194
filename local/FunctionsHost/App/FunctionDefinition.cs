using System.Text.Json.Nodes;

namespace DurableMl.FunctionsHost.App;

/// <summary>The way data goes through a binding.</summary>
internal enum BindingDirection
{
    /// <summary>To the function.</summary>
    In,

    /// <summary>From the function.</summary>
    Out,
}

/// <summary>One binding of a function, as functions.metadata describes it.</summary>
/// <param name="Name">The parameter, or <c>$return</c>.</param>
/// <param name="Type">Such as <c>queueTrigger</c>.</param>
/// <param name="Direction">In or out.</param>
/// <param name="Json">Everything that is said of it.</param>
internal sealed record FunctionBinding(string Name, string Type, BindingDirection Direction, JsonObject Json)
{
    /// <summary>The members that say what a binding is bound to.</summary>
    private static readonly string[] Targets = ["queueName", "path", "blobPath", "schedule", "route"];

    /// <summary>True if this binding starts the function.</summary>
    public bool IsTrigger => Type.EndsWith("Trigger", StringComparison.OrdinalIgnoreCase);

    /// <summary>True if the worker fetches the data itself; it is told only where they lie.</summary>
    public bool IsDeferred =>
        Json["properties"] is JsonObject properties
        && string.Equals(properties["supportsDeferredBinding"]?.ToString(), "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>True if the function takes all of a batch at once.</summary>
    public bool IsMany => string.Equals(this["cardinality"], "Many", StringComparison.OrdinalIgnoreCase);

    /// <summary>True if the function takes bytes.</summary>
    public bool IsBinary => string.Equals(this["dataType"], "Binary", StringComparison.OrdinalIgnoreCase);

    /// <summary>Name, type and what it is bound to, for messages.</summary>
    public string Description
    {
        get
        {
            var target = Targets.FirstOrDefault(member => this[member] is not null);
            return target is null ? $"binding '{Name}' ({Type})" : $"binding '{Name}' ({Type}, {target} '{this[target]}')";
        }
    }

    /// <summary>A text member, or null.</summary>
    public string? this[string member] => FunctionApp.Text(Json, member);

    /// <summary>Whether the type is this one; types are compared without case.</summary>
    public bool Is(string type) => string.Equals(Type, type, StringComparison.OrdinalIgnoreCase);
}

/// <summary>How often and when a failed invocation is repeated.</summary>
/// <param name="MaxRetryCount">Repetitions; -1: without end.</param>
/// <param name="Delay">The fixed delay, or null for an exponential one.</param>
/// <param name="MinimumInterval">The first of growing delays.</param>
/// <param name="MaximumInterval">The longest of growing delays.</param>
internal sealed record FunctionRetry(int MaxRetryCount, string? Delay, string? MinimumInterval, string? MaximumInterval);

/// <summary>A function of the app.</summary>
internal sealed class FunctionDefinition
{
    /// <summary>Its name, which is also its id towards the worker.</summary>
    public required string Name { get; init; }

    /// <summary>The method: namespace, type and name.</summary>
    public required string EntryPoint { get; init; }

    /// <summary>The assembly, relative to the app.</summary>
    public required string ScriptFile { get; init; }

    /// <summary>The binding that starts it.</summary>
    public required FunctionBinding Trigger { get; init; }

    /// <summary>All bindings, the trigger among them.</summary>
    public required IReadOnlyList<FunctionBinding> Bindings { get; init; }

    /// <summary>The retry policy, or null.</summary>
    public FunctionRetry? Retry { get; init; }

    /// <summary>What it reads besides the trigger.</summary>
    public IEnumerable<FunctionBinding> Inputs => Bindings.Where(binding => binding.Direction == BindingDirection.In && !binding.IsTrigger);

    /// <summary>What it writes; the answer to an HTTP request is not among it.</summary>
    public IEnumerable<FunctionBinding> Outputs =>
        Bindings.Where(binding => binding.Direction == BindingDirection.Out && !binding.Is("http"));

    /// <summary>True if HTTP requests start it.</summary>
    public bool IsHttp => Trigger.Is("httpTrigger");

    /// <summary>True if the durable extension starts it: then the worker's result goes back to the extension.</summary>
    public bool IsDurable => Trigger.Is("orchestrationTrigger") || Trigger.Is("activityTrigger") || Trigger.Is("entityTrigger");

    /// <summary>Reads one element of functions.metadata.</summary>
    /// <exception cref="FormatException">Something is missing; the message says what.</exception>
    public static FunctionDefinition Parse(string name, JsonObject json)
    {
        if (json["bindings"] is not JsonArray list)
        {
            throw new FormatException("'bindings' is missing.");
        }

        var bindings = list.Select(Binding).ToList();
        var triggers = bindings.Where(binding => binding.IsTrigger).ToList();
        return triggers.Count != 1
            ? throw new FormatException(triggers.Count == 0 ? "it has no trigger." : $"it has {triggers.Count} triggers; one is allowed.")
            : new FunctionDefinition
            {
                Name = name,
                EntryPoint = FunctionApp.Text(json, "entryPoint") ?? throw new FormatException("'entryPoint' is missing."),
                ScriptFile = FunctionApp.Text(json, "scriptFile") ?? throw new FormatException("'scriptFile' is missing."),
                Trigger = triggers[0],
                Bindings = bindings,
                Retry = json["retry"] is JsonObject retry ? ReadRetry(retry) : null,
            };
    }

    private static FunctionBinding Binding(JsonNode? node)
    {
        if (node is not JsonObject json || FunctionApp.Text(json, "type") is not { } type || FunctionApp.Text(json, "name") is not { } name)
        {
            throw new FormatException("a binding has no 'name' or no 'type'.");
        }

        var direction = FunctionApp.Text(json, "direction");
        return direction?.ToUpperInvariant() switch
        {
            null or "IN" => new FunctionBinding(name, type, BindingDirection.In, json),
            "OUT" => new FunctionBinding(name, type, BindingDirection.Out, json),
            _ => throw new FormatException($"binding '{name}': the direction '{direction}' is neither in nor out."),
        };
    }

    private static FunctionRetry ReadRetry(JsonObject json)
    {
        var count = json["maxRetryCount"] is JsonValue value && value.TryGetValue(out int number)
            ? number
            : throw new FormatException("'retry.maxRetryCount' is missing or no number.");
        var strategy = FunctionApp.Text(json, "strategy");
        return strategy?.ToUpperInvariant() switch
        {
            "FIXEDDELAY" => new FunctionRetry(
                count,
                FunctionApp.Text(json, "delayInterval") ?? throw new FormatException("'retry.delayInterval' is missing."),
                null,
                null),
            "EXPONENTIALBACKOFF" => new FunctionRetry(
                count,
                null,
                FunctionApp.Text(json, "minimumInterval") ?? throw new FormatException("'retry.minimumInterval' is missing."),
                FunctionApp.Text(json, "maximumInterval") ?? throw new FormatException("'retry.maximumInterval' is missing.")),
            _ => throw new FormatException($"'retry.strategy' is '{strategy}'; fixedDelay and exponentialBackoff are known."),
        };
    }
}
