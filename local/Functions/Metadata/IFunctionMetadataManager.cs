using System.Collections.Immutable;

namespace Microsoft.Azure.Functions.Worker.Core.FunctionMetadata;

/// <summary>Describes the app's functions, after every transformation.</summary>
public interface IFunctionMetadataManager
{
    /// <summary>The app's functions.</summary>
    /// <param name="directory">The app's folder.</param>
    /// <returns>The functions.</returns>
    Task<ImmutableArray<IFunctionMetadata>> GetFunctionMetadataAsync(string directory);
}
