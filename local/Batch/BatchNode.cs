using System.Text.Json;

namespace Azure.Compute.Batch;

/// <summary>A virtual machine of a pool.</summary>
public class BatchNode
{
    internal BatchNode()
    {
    }

    /// <summary>Identifier, unique in the pool.</summary>
    public string Id { get; private init; }

    internal static BatchNode Read(JsonElement json) => new() { Id = json.Text("id") };
}
