using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace DurableMl.Local.BatchEmulator.State;

/// <summary>Something the service keeps: what the client said about it, and when it last changed.</summary>
internal abstract class Resource
{
    /// <summary>The id, in the case it was created with; compared without case.</summary>
    public required string Id { get; init; }

    /// <summary>Order of creation in the account.</summary>
    public long Sequence { get; set; }

    /// <summary>What the client sent, checked and normalised.</summary>
    public JsonObject Definition { get; set; } = [];

    /// <summary>When it was created.</summary>
    public DateTimeOffset CreationTime { get; set; }

    /// <summary>When it last changed.</summary>
    public DateTimeOffset LastModified { get; set; }

    /// <summary>Changes with every change.</summary>
    public string ETag { get; set; } = "";

    /// <summary>The table row: kind of resource.</summary>
    [JsonIgnore]
    public abstract string Kind { get; }

    /// <summary>The table row: what it belongs to, empty for the account.</summary>
    [JsonIgnore]
    public virtual string Parent => "";

    /// <summary>The table row as it was last committed; null before that.</summary>
    [JsonIgnore]
    public string? Committed { get; set; }

    /// <summary>Goes back to what was last committed; what no row holds stays.</summary>
    public void Revert()
    {
        if (Committed is null)
        {
            return;
        }

        var before = JsonSerializer.Deserialize(Committed, GetType());
        foreach (var property in GetType().GetProperties().Where(p => p.SetMethod is not null && p.GetCustomAttribute<JsonIgnoreAttribute>() is null))
        {
            property.SetValue(this, property.GetValue(before));
        }
    }
}
