using Microsoft.DurableTask.Entities;

namespace Microsoft.DurableTask.Client.Entities;

/// <summary>A filter over entities.</summary>
public record EntityQuery
{
    /// <summary>Entities in each page unless the query says otherwise.</summary>
    public const int DefaultPageSize = 100;

    /// <summary>With ids that start so: <c>name</c> or <c>@name@key…</c>; the name is compared in lower case.</summary>
    public string? InstanceIdStartsWith
    {
        get;
        init => field = Normalize(value);
    }

    /// <summary>Changed at this time or later.</summary>
    public DateTimeOffset? LastModifiedFrom { get; init; }

    /// <summary>Changed at this time or earlier.</summary>
    public DateTimeOffset? LastModifiedTo { get; init; }

    /// <summary>Whether to fetch the states. Default <c>true</c>.</summary>
    public bool IncludeState { get; init; } = true;

    /// <summary>Whether entities without state, which only hold locks or wait for operations, are included.</summary>
    public bool IncludeTransient { get; init; }

    /// <summary>Entities in each page; <c>null</c> takes <see cref="DefaultPageSize"/>.</summary>
    public int? PageSize { get; init; }

    /// <summary>Where to go on.</summary>
    public string? ContinuationToken { get; init; }

    static string? Normalize(string? prefix)
    {
        if (prefix is null)
        {
            return null;
        }

        string id = prefix.StartsWith('@') ? prefix : '@' + prefix;
        int key = id.IndexOf('@', 1);
        return key < 0 ? id.ToLowerInvariant() : id[..key].ToLowerInvariant() + id[key..];
    }
}
