using System.Security.Cryptography;
using System.Text;

namespace Microsoft.Azure.Functions.Worker.Core.FunctionMetadata;

/// <summary>A function as the worker describes it to a host.</summary>
public class DefaultFunctionMetadata : IFunctionMetadata
{
    /// <inheritdoc/>
    public string? FunctionId =>
        Name is null ? null : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Name}\n{EntryPoint}")).AsSpan(0, 8));

    /// <inheritdoc/>
    public bool IsProxy { get; set; }

    /// <inheritdoc/>
    public string? Language { get; set; }

    /// <inheritdoc/>
    public bool ManagedDependencyEnabled { get; set; }

    /// <inheritdoc/>
    public string? Name { get; set; }

    /// <inheritdoc/>
    public string? EntryPoint { get; set; }

    /// <inheritdoc/>
    public IList<string>? RawBindings { get; set; }

    /// <inheritdoc/>
    public string? ScriptFile { get; set; }

    /// <inheritdoc/>
    public IRetryOptions? Retry { get; set; }
}
