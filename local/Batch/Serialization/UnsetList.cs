#nullable enable
using System.Collections.ObjectModel;

namespace Azure.Compute.Batch;

/// <summary>A list that knows whether anybody touched it: absent on the wire until then, an empty array after <c>Clear()</c>.</summary>
internal interface IUnsetList
{
    bool IsUnset { get; }
}

/// <inheritdoc cref="IUnsetList"/>
internal sealed class UnsetList<T> : Collection<T>, IUnsetList
{
    public bool IsUnset { get; private set; } = true;

    protected override void InsertItem(int index, T item)
    {
        IsUnset = false;
        base.InsertItem(index, item);
    }

    protected override void ClearItems()
    {
        IsUnset = false;
        base.ClearItems();
    }
}
