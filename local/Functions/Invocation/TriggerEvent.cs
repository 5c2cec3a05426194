using System.Collections.Immutable;

namespace DurableMl.Local.Functions.Invocation;

/// <summary>What a listener hands over to start a function.</summary>
internal sealed class TriggerEvent
{
    /// <summary>What the trigger's parameter is converted from.</summary>
    public required object? Value { get; init; }

    /// <summary>Names and values for other parameters and for binding expressions; names compare without case.</summary>
    public IReadOnlyDictionary<string, object?> BindingData { get; init; } = ImmutableDictionary<string, object?>.Empty;

    /// <summary>Puts features and items into the invocation before it begins.</summary>
    public Action<FunctionContext>? Prepare { get; init; }

    /// <summary>Which retry this is.</summary>
    public RetryContext Retry { get; init; } = InvocationRetryContext.None;
}
