using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Functions.Inference;

/// <summary>
/// <c>GET openapi.json</c>: the app's HTTP API. Paths, methods and path parameters are those of the functions themselves, schemas those of the types that
/// are read and written, with their documentation; <see cref="ApiOperations"/> says what belongs to which function.
/// </summary>
public static partial class OpenApi
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.Strict,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    private static readonly Lazy<JsonObject> Made = new(() => Make(typeof(OpenApi).Assembly));

    /// <summary>The document, OpenAPI 3.1.</summary>
    internal static JsonObject Document => Made.Value;

    /// <summary>The OpenAPI document.</summary>
    [Function(nameof(OpenApi))]
    public static IActionResult Run([HttpTrigger(AuthorizationLevel.Function, "get", Route = "openapi.json")] HttpRequest request) =>
        new ContentResult { Content = Document.ToJsonString(), ContentType = "application/json", StatusCode = StatusCodes.Status200OK };

    private static JsonObject Make(Assembly app)
    {
        var paths = new SortedDictionary<string, JsonObject>(StringComparer.Ordinal);
        var schemas = new JsonObject();
        foreach ((string function, HttpTriggerAttribute trigger) in HttpFunctions(app))
        {
            string path = Parameter.Replace("/" + trigger.Route, "{${name}}");
            if (!paths.TryGetValue(path, out JsonObject? item))
            {
                paths[path] = item = [];
            }

            foreach (string method in trigger.Methods ?? ["get"])
            {
                string id = trigger.Methods is { Length: > 1 } ? $"{function}.{method}" : function;
                item[method] = Describe(id, ApiOperations.All[id], path, trigger.AuthLevel, schemas);
            }
        }

        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "DurableMl",
                ["version"] = "1.0.0",
                ["description"] = "Pipelines, imports, models, and the Open Inference Protocol v2 (KServe, Triton) with the binary tensor extension.",
            },
            ["security"] = new JsonArray(new JsonObject { ["key"] = new JsonArray() }),
            ["paths"] = new JsonObject(paths.Select(each => KeyValuePair.Create(each.Key, (JsonNode?)each.Value))),
            ["components"] = new JsonObject
            {
                ["securitySchemes"] = new JsonObject { ["key"] = new JsonObject { ["type"] = "apiKey", ["in"] = "header", ["name"] = "x-functions-key" } },
                ["schemas"] = schemas,
            },
        };
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

    private static JsonObject Describe(string id, ApiOperation told, string path, AuthorizationLevel level, JsonObject schemas)
    {
        bool isProtocol = path.StartsWith("/v2", StringComparison.Ordinal);
        var operation = new JsonObject { ["operationId"] = id, ["summary"] = told.Summary, ["tags"] = new JsonArray(told.Tag) };
        if (level == AuthorizationLevel.Anonymous)
        {
            operation["security"] = new JsonArray();
        }

        IEnumerable<JsonNode> parameters = Parameter.Matches(path).Select(match => ParameterOf(match.Groups["name"].Value, "path", null, schemas))
            .Concat(told.Parameters.Select(each => ParameterOf(each.Name, each.In, each.Description, schemas)));
        operation["parameters"] = new JsonArray([.. parameters]);
        if (told.Body is not null)
        {
            operation["requestBody"] = new JsonObject { ["required"] = true, ["content"] = Content("application/json", told.Body, told.IsBinary, schemas) };
        }

        var responses = new JsonObject
        {
            [Text(told.Success)] = new JsonObject { ["description"] = told.Answered, ["content"] = Content(told.ContentType, told.Answer, told.IsBinary, schemas) },
        };
        foreach (int error in told.Errors.Concat(told.Body is not null && path.StartsWith("/api", StringComparison.Ordinal) ? [StatusCodes.Status415UnsupportedMediaType] : []))
        {
            responses[Text(error)] = new JsonObject
            {
                ["description"] = ReasonPhrases.GetReasonPhrase(error),
                ["content"] = isProtocol ? Content("application/json", typeof(ErrorDocument), false, schemas) : Content("application/problem+json", typeof(ProblemDocument), false, schemas),
            };
        }

        operation["responses"] = responses;
        return operation;
    }

    private static JsonObject ParameterOf(string name, string place, string? description, JsonObject schemas)
    {
        var parameter = new JsonObject { ["name"] = name, ["in"] = place, ["required"] = place == "path", ["schema"] = Schema(typeof(string), schemas) };
        if (description is not null)
        {
            parameter["description"] = description;
        }

        return parameter;
    }

    private static JsonObject Content(string type, Type? body, bool isBinary, JsonObject schemas)
    {
        var content = new JsonObject { [type] = new JsonObject { ["schema"] = Schema(body ?? typeof(JsonObject), schemas) } };
        if (isBinary)
        {
            content["application/octet-stream"] = new JsonObject
            {
                ["schema"] = new JsonObject { ["type"] = "string", ["format"] = "binary", ["description"] = "The JSON object, its length in Inference-Header-Content-Length, then the binary tensors" },
            };
        }

        return content;
    }

    private static JsonNode Schema(Type type, JsonObject schemas)
    {
        if (type == typeof(string) || type == typeof(JsonObject))
        {
            return new JsonObject { ["type"] = type == typeof(string) ? "string" : "object" };
        }

        string name = type.Name.Replace("Document", "", StringComparison.Ordinal);
        string place = "#/components/schemas/" + name;
        if (schemas[name] is null)
        {
            JsonNode schema = Json.GetJsonSchemaAsNode(type, new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Documented });
            Relocate(schema, place);
            schemas[name] = schema;
        }

        return new JsonObject { ["$ref"] = place };
    }

    // What refers to a part of its own schema finds it where the schema stands in the document.
    private static void Relocate(JsonNode? node, string place)
    {
        if (node is JsonArray items)
        {
            items.ToList().ForEach(item => Relocate(item, place));
        }
        else if (node is JsonObject members)
        {
            if (members["$ref"] is JsonValue reference && reference.TryGetValue(out string? target) && target.StartsWith('#'))
            {
                members["$ref"] = place + target[1..];
            }

            members.ToList().ForEach(member => Relocate(member.Value, place));
        }
    }

    private static JsonNode Documented(JsonSchemaExporterContext context, JsonNode schema)
    {
        if (context.PropertyInfo is { AttributeProvider: MemberInfo { DeclaringType: { } owner } member } && schema is JsonObject described && Documentation.Of(owner, member.Name) is { } text)
        {
            described["description"] = text;
        }

        return schema;
    }

    private static string Text(int status) => status.ToString(CultureInfo.InvariantCulture);

    // A name may have a constraint behind it, as in {page:int}, or be optional.
    [GeneratedRegex(@"\{\*?(?<name>\w+)[^}]*\}", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Parameter { get; }
}

/// <summary>What the compiler has kept of documentation, in the files beside the assemblies.</summary>
internal static partial class Documentation
{
    private static readonly Lazy<Dictionary<string, XElement>> Members = new(() => Directory.EnumerateFiles(AppContext.BaseDirectory, "DurableMl.*.xml")
        .SelectMany(file => XDocument.Load(file).Descendants("member"))
        .GroupBy(member => (string)member.Attribute("name")!, StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal));

    /// <summary>What is said of a property, or of the parameter of a record that makes it; null for nothing.</summary>
    public static string? Of(Type owner, string property)
    {
        string type = owner.FullName!.Replace('+', '.');
        XElement? said = Members.Value.GetValueOrDefault($"P:{type}.{property}")?.Element("summary")
            ?? Members.Value.GetValueOrDefault($"T:{type}")?.Elements("param").FirstOrDefault(parameter => (string?)parameter.Attribute("name") == property);
        return said is null ? null : Space.Replace(string.Concat(said.Nodes().Select(Plain)), " ").Trim();
    }

    private static string Plain(XNode node) => node switch
    {
        XElement { IsEmpty: true } reference => ((string?)reference.Attribute("cref") ?? (string?)reference.Attribute("name") ?? "").Split('.')[^1],
        XElement element => element.Value,
        _ => node.ToString(),
    };

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Space { get; }
}
