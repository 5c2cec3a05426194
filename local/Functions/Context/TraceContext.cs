using System.Collections.Immutable;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>A W3C trace context.</summary>
public abstract class TraceContext
{
    /// <summary>The <c>traceparent</c> value.</summary>
    public abstract string TraceParent { get; }

    /// <summary>The <c>tracestate</c> value.</summary>
    public abstract string TraceState { get; }

    /// <summary>Attributes of the host's span.</summary>
    public virtual IReadOnlyDictionary<string, string> Attributes { get; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The baggage.</summary>
    public virtual IReadOnlyDictionary<string, string> Baggage { get; } = ImmutableDictionary<string, string>.Empty;
}
