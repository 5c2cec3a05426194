using System.Globalization;
using System.Text;
using Microsoft.DurableTask.Client;

namespace Microsoft.DurableTask.Sqlite;

/// <summary>A condition on instance rows, as SQL.</summary>
sealed class InstanceFilter
{
    readonly StringBuilder sql = new("1");
    readonly List<(string Name, object Value)> parameters = [];

    public string Sql => sql.ToString();

    public IReadOnlyList<(string Name, object Value)> Parameters => parameters;

    public static InstanceFilter Orchestrations() => new InstanceFilter().Where("id < '@' OR id >= 'A'");

    public static InstanceFilter Entities() => new InstanceFilter().Where("id >= '@' AND id < 'A'");

    public InstanceFilter CreatedFrom(DateTimeOffset? from) => Compare("created >= ", from?.UtcTicks);

    public InstanceFilter CreatedTo(DateTimeOffset? to) => Compare("created <= ", to?.UtcTicks);

    public InstanceFilter CompletedFrom(DateTimeOffset? from) => Compare("completed >= ", from?.UtcTicks);

    public InstanceFilter CompletedTo(DateTimeOffset? to) => Compare("completed <= ", to?.UtcTicks);

    public InstanceFilter UpdatedFrom(DateTimeOffset? from) => Compare("updated >= ", from?.UtcTicks);

    public InstanceFilter UpdatedTo(DateTimeOffset? to) => Compare("updated <= ", to?.UtcTicks);

    public InstanceFilter After(string? continuationToken) => continuationToken is null
        ? this
        : Compare("n > ", long.TryParse(continuationToken, CultureInfo.InvariantCulture, out long n)
            ? n
            : throw new ArgumentException($"'{continuationToken}' is not a continuation token of this store.", nameof(continuationToken)));

    public InstanceFilter Statuses(IEnumerable<OrchestrationRuntimeStatus>? statuses)
    {
        List<int> wanted = [.. statuses?.Select(status => (int)status) ?? []];
        return wanted.Count == 0 ? this : Where($"status IN ({string.Join(',', wanted)})");
    }

    public InstanceFilter Terminal() => Where("completed IS NOT NULL");

    public InstanceFilter Prefix(string? prefix)
    {
        if (string.IsNullOrEmpty(prefix))
        {
            return this;
        }

        // Not LIKE: it ignores case and has wildcards.
        string name = Add(prefix);
        return Where($"id >= {name} AND substr(id, 1, length({name})) = {name}");
    }

    public InstanceFilter Where(string condition)
    {
        sql.Append(" AND (").Append(condition).Append(')');
        return this;
    }

    InstanceFilter Compare(string condition, long? value) => value is null ? this : Where(condition + Add(value.Value));

    string Add(object value)
    {
        string name = FormattableString.Invariant($"$p{parameters.Count}");
        parameters.Add((name, value));
        return name;
    }
}
