#nullable enable
namespace Azure.Compute.Batch;

/// <summary>A dictionary that is absent on the wire while it is empty.</summary>
internal sealed class UnsetDictionary : Dictionary<string, string>, IUnsetList
{
    public bool IsUnset => Count == 0;
}
