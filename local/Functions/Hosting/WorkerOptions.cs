using Azure.Core.Serialization;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Options of the worker.</summary>
public class WorkerOptions
{
    /// <summary>Reads and writes JSON for bindings.</summary>
    public ObjectSerializer? Serializer { get; set; }

    /// <summary>Converters that are tried for every parameter before the host's own.</summary>
    public InputConverterCollection InputConverters { get; } = [];

    /// <summary>What the worker tells the Functions host it can do. Worker and host are one process here, so it is not read.</summary>
    public IDictionary<string, string> Capabilities { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Not used: an exception is always passed on as it was thrown.</summary>
    [Obsolete("This is now the default behavior. This property may be unavailable in future releases.")]
    public bool EnableUserCodeException { get; set; } = true;

    /// <summary>Whether empty entries are passed on. Worker and host are one process here, so it is not read.</summary>
    public bool IncludeEmptyEntriesInMessagePayload { get; set; }
}
