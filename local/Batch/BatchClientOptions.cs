using Azure.Core;

namespace Azure.Compute.Batch;

/// <summary>Options of a <see cref="BatchClient"/>: service version, retries, transport and diagnostics.</summary>
public class BatchClientOptions : ClientOptions
{
    /// <summary>Creates options for a version of the service.</summary>
    /// <param name="version">The version to speak.</param>
    /// <exception cref="NotSupportedException"><paramref name="version"/> is not one this client knows.</exception>
    public BatchClientOptions(ServiceVersion version = ServiceVersion.V2025_06_01) => Version = version switch
    {
        ServiceVersion.V2025_06_01 => "2025-06-01",
        _ => throw new NotSupportedException($"Service version {version} is not supported; use {nameof(ServiceVersion.V2025_06_01)}."),
    };

    internal string Version { get; }

    /// <summary>Versions of the Batch service.</summary>
    public enum ServiceVersion
    {
        /// <summary>2025-06-01.</summary>
        V2025_06_01 = 1,
    }
}
