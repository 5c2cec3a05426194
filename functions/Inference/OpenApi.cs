using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Functions.Inference;

/// <summary>
/// <c>GET openapi.json</c>: the app's HTTP API. Paths, methods and path parameters are those of the functions themselves; what they take and
/// answer is told by name in <c>openapi.json</c> beside this file. A function that is not told about there is in the document all the same.
/// </summary>
public static partial class OpenApi
{
    private static readonly Lazy<JsonObject> Made = new(() => Make(typeof(OpenApi).Assembly));

    /// <summary>The document, OpenAPI 3.1.</summary>
    internal static JsonObject Document => Made.Value;

    /// <summary>The OpenAPI document.</summary>
    [Function(nameof(OpenApi))]
    public static IActionResult Run([HttpTrigger(AuthorizationLevel.Function, "get", Route = "openapi.json")] HttpRequest request) =>
        new ContentResult { Content = Document.ToJsonString(), ContentType = "application/json", StatusCode = StatusCodes.Status200OK };

    private static JsonObject Make(Assembly app)
    {
        using Stream resource = app.GetManifestResourceStream("openapi.json") ?? throw new InvalidOperationException("openapi.json is not in the assembly.");
        JsonObject document = JsonNode.Parse(resource)!.AsObject();
        JsonObject told = document["operations"]!.AsObject();
        document.Remove("operations");
        var paths = new SortedDictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach ((string function, HttpTriggerAttribute trigger) in HttpFunctions(app))
        {
            string route = "/" + (trigger.Route ?? function);
            string[] parameters = [.. Parameter.Matches(route).Select(match => match.Groups["name"].Value)];
            string path = Parameter.Replace(route, "{${name}}");
            if (!paths.TryGetValue(path, out JsonObject? item))
            {
                paths[path] = item = [];
            }

            foreach (string method in trigger.Methods ?? ["get"])
            {
                string name = trigger.Methods is { Length: > 1 } ? $"{function}.{method}" : function;
                item[method] = Operation(function, told[name]?.AsObject(), parameters, document, trigger.AuthLevel);
            }
        }

        var all = new JsonObject();
        foreach ((string path, JsonObject item) in paths)
        {
            all[path] = item;
        }

        document["paths"] = all;
        return document;
    }

    private static IEnumerable<(string Function, HttpTriggerAttribute Trigger)> HttpFunctions(Assembly app) =>
        from type in app.GetTypes()
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        let function = method.GetCustomAttribute<FunctionAttribute>()
        where function is not null
        from parameter in method.GetParameters()
        let trigger = parameter.GetCustomAttribute<HttpTriggerAttribute>()
        where trigger is not null
        orderby function.Name
        select (function.Name, trigger);

    private static JsonObject Operation(string function, JsonObject? told, string[] parameters, JsonObject document, AuthorizationLevel level)
    {
        var operation = new JsonObject { ["operationId"] = function };
        foreach ((string member, JsonNode? value) in told ?? Untold(function))
        {
            operation[member] = value?.DeepClone();
        }

        if (level == AuthorizationLevel.Anonymous)
        {
            operation["security"] = new JsonArray();
        }

        if (parameters.Length > 0)
        {
            JsonArray others = operation["parameters"]?.AsArray() ?? [];
            operation["parameters"] = new JsonArray([.. parameters.Select(name => PathParameter(name, document)), .. others.Select(other => other?.DeepClone())]);
        }

        return operation;
    }

    private static JsonObject Untold(string function) => new()
    {
        ["summary"] = Words.Replace(function, " ").ToLowerInvariant(),
        ["responses"] = new JsonObject { ["default"] = new JsonObject { ["description"] = "The answer" } },
    };

    private static JsonObject PathParameter(string name, JsonObject document) => document["components"]!["parameters"]![name] is not null
        ? new() { ["$ref"] = "#/components/parameters/" + name }
        : new() { ["name"] = name, ["in"] = "path", ["required"] = true, ["schema"] = new JsonObject { ["type"] = "string" } };

    // A name may have a constraint behind it, as in {page:int}, or be optional.
    [GeneratedRegex(@"\{\*?(?<name>\w+)[^}]*\}", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Parameter { get; }

    [GeneratedRegex("(?<=[a-z])(?=[A-Z])", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Words { get; }
}
