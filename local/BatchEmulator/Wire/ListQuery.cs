using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;

namespace DurableMl.Local.BatchEmulator.Wire;

/// <summary>maxresults, $filter, $select and $skiptoken of a list operation.</summary>
internal sealed class ListQuery
{
    private const int LargestPage = 1000;

    // However few of them a filter lets through.
    private const int MostLookedAt = 100_000;

    private readonly BatchRequest request;
    private readonly string model;
    private readonly int maxResults = LargestPage;
    private readonly ODataFilter? filter;
    private readonly string? select;
    private readonly string? after;

    /// <param name="request">The request.</param>
    /// <param name="model">What is listed, as outputs.txt calls it.</param>
    public ListQuery(BatchRequest request, string model)
    {
        (this.request, this.model) = (request, model);
        if (request.Query("maxresults") is { } max)
        {
            maxResults = int.TryParse(max, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n is >= 1 and <= LargestPage
                ? n
                : throw new BatchException(400, "OutOfRangeQueryParameterValue", "A query parameter specified in the request URI is outside the permissible range.",
                    ("QueryParameterName", "maxresults"), ("QueryParameterValue", max), ("MinimumAllowed", "1"), ("MaximumAllowed", "1000"));
        }

        if (request.Query("$filter") is { Length: > 0 } text)
        {
            filter = ODataFilter.Parse(text, model);
        }

        select = request.Query("$select");
        CheckSelect(select, model);
        if (request.Query("$skiptoken") is { } token)
        {
            try
            {
                after = Encoding.UTF8.GetString(WebEncoders.Base64UrlDecode(token));
            }
            catch (FormatException)
            {
                throw BatchErrors.InvalidQuery("$skiptoken", token, "The token was not made by this service.");
            }
        }
    }

    /// <summary>
    /// The page that was asked for, of <paramref name="items"/> in the ordinal order of their <paramref name="key"/>: it goes on after the
    /// last page's last key.
    /// </summary>
    public JsonObject Page<T>(IEnumerable<T> items, Func<T, string> key, Func<T, JsonObject> write)
    {
        var page = new JsonArray();
        string? last = null;
        string? next = null;
        var looked = 0;
        foreach (var item in items)
        {
            var itemKey = key(item);
            if (after is not null && string.CompareOrdinal(itemKey, after) <= 0)
            {
                continue;
            }

            if (page.Count == maxResults || ++looked > MostLookedAt)
            {
                // Whether one more matches is not known without looking; an empty page is what the service answers, too.
                next = NextLink(last!);
                break;
            }

            var document = write(item);
            if (filter is null || filter.Matches(document))
            {
                page.Add((JsonNode)Select(document, select, model));
            }

            last = itemKey;
        }

        var json = new JsonObject { ["odata.metadata"] = $"{request.BaseUrl}/$metadata#{request.Http.Request.Path.Value!.Trim('/').Split('/')[^1]}", ["value"] = page };
        json.Put("odata.nextLink", next);
        return json;
    }

    /// <summary>The named properties of a document; of nested ones by path. A property not named is left out.</summary>
    /// <exception cref="BatchException">400: the model has no such property.</exception>
    public static JsonObject Select(JsonObject document, string? select, string model)
    {
        CheckSelect(select, model);
        if (string.IsNullOrWhiteSpace(select))
        {
            return document;
        }

        var result = new JsonObject();
        foreach (var path in select.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var (source, target) = (document, result);
            var parts = path.Split('/');
            for (var i = 0; i < parts.Length; i++)
            {
                if (source[parts[i]] is not { } value)
                {
                    break;
                }

                if (i == parts.Length - 1 || value is not JsonObject inner)
                {
                    target[parts[i]] = value.DeepClone();
                    break;
                }

                if (target[parts[i]] is not JsonObject existing)
                {
                    target[parts[i]] = existing = [];
                }

                (source, target) = (inner, existing);
            }
        }

        return result;
    }

    /// <summary>A key for resources in order of creation.</summary>
    public static string Key(long sequence) => sequence.ToString("D19", CultureInfo.InvariantCulture);

    private static void CheckSelect(string? select, string model)
    {
        foreach (var path in (select ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            OutputModels.Check(model, path.Split('/'), "$select", select!);
        }
    }

    private string NextLink(string last)
    {
        var query = request.Http.Request.Query.Where(q => q.Key != "$skiptoken")
            .Append(new("$skiptoken", WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes(last))))
            .Select(q => $"{Uri.EscapeDataString(q.Key)}={Uri.EscapeDataString(q.Value.ToString())}");
        return $"{request.BaseUrl}{request.Http.Request.Path.ToUriComponent()}?{string.Join('&', query)}";
    }
}
