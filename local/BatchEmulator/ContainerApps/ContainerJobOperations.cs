using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace DurableMl.Local.BatchEmulator.ContainerApps;

/// <summary>
/// What of Azure Resource Manager's REST API concerns jobs of Container Apps: making, reading, starting and stopping them. A request carries the
/// account's key as its bearer token.
/// </summary>
/// <param name="jobs">The jobs.</param>
/// <param name="key">The account's key.</param>
internal sealed partial class ContainerJobOperations(ContainerJobs jobs, string key)
{
    private const string Prefix = "/subscriptions";

    /// <summary>Answers what is under <c>/subscriptions</c>.</summary>
    public void Map(IApplicationBuilder app) => app.MapWhen(
        http => http.Request.Path.StartsWithSegments(Prefix, StringComparison.OrdinalIgnoreCase), branch => branch.Run(InvokeAsync));

    private async Task InvokeAsync(HttpContext http)
    {
        var (status, answer) = await AnswerAsync(http.Request);
        http.Response.StatusCode = status;
        if (answer is not null)
        {
            await http.Response.WriteAsJsonAsync(answer);
        }
    }

    private async Task<(int Status, JsonNode? Answer)> AnswerAsync(HttpRequest request)
    {
        var authorization = Encoding.UTF8.GetBytes(request.Headers.Authorization.ToString());
        if (!CryptographicOperations.FixedTimeEquals(authorization, Encoding.UTF8.GetBytes($"Bearer {key}")) || request.Headers.Origin.Count > 0)
        {
            return Error(401, "InvalidAuthenticationToken", "The bearer token must be the account's key, and the request none of a web page.");
        }

        var path = request.Path.Value!;
        if (Route.Match(path) is not { Success: true } match)
        {
            return Error(404, "ResourceNotFound", $"The emulator knows jobs of Microsoft.App and nothing else, not {path}.");
        }

        var job = match.Groups["job"].Value.ToLowerInvariant();
        var execution = match.Groups["execution"].Value;
        var resource = path[..(match.Groups["job"].Index + match.Groups["job"].Length)];
        try
        {
            return await AnswerAsync(request, resource, job, execution, match.Groups["verb"].Value.ToLowerInvariant());
        }
        catch (Exception e) when (e is InvalidOperationException or JsonException)
        {
            return Error(400, "InvalidRequest", e.Message);
        }
    }

    private async Task<(int Status, JsonNode? Answer)> AnswerAsync(HttpRequest request, string resource, string job, string execution, string verb)
    {
        if (verb.Length == 0 && execution.Length == 0 && HttpMethods.IsPut(request.Method))
        {
            return await PutAsync(request, resource, job);
        }

        if (jobs.Job(job) is not { } found)
        {
            return Error(404, "ResourceNotFound", $"There is no job {job}.");
        }

        switch ((request.Method, verb))
        {
            case ("GET", "") when execution.Length == 0:
                return (200, found);
            case ("DELETE", "") when execution.Length == 0:
                await jobs.DeleteAsync(job);
                return (200, null);
            case ("POST", "start"):
                var template = await ReadAsync(request) is { Count: > 0 } given ? given : found["properties"]!["template"]!.AsObject();
                var started = jobs.Start(job, resource, template);
                return (200, new JsonObject { ["id"] = started["id"]!.DeepClone(), ["name"] = started["name"]!.DeepClone() });
            case ("GET", "executions") when execution.Length == 0:
                return (200, new JsonObject { ["value"] = new JsonArray([.. jobs.Executions(job)]) });
        }

        if (jobs.Execution(job, execution) is not { } one)
        {
            return Error(404, "ResourceNotFound", $"The job {job} has no execution '{execution}'.");
        }

        if (HttpMethods.IsPost(request.Method) && verb == "stop")
        {
            await jobs.StopAsync(job, execution);
            return (202, null);
        }

        return HttpMethods.IsGet(request.Method) && verb.Length == 0 ? (200, one) : Error(405, "MethodNotAllowed", $"{request.Method} is not known here.");
    }

    private async Task<(int Status, JsonNode? Answer)> PutAsync(HttpRequest request, string resource, string job)
    {
        var document = await ReadAsync(request);
        if (document?["properties"]?["template"]?["containers"] is not JsonArray { Count: 1 })
        {
            return Error(400, "InvalidRequest", "properties.template.containers must have one container.");
        }

        document["id"] = resource;
        document["name"] = job;
        document["type"] = "Microsoft.App/jobs";
        document["properties"]!["provisioningState"] = "Succeeded";
        var isNew = jobs.Job(job) is null;
        jobs.Put(job, document);
        return (isNew ? 201 : 200, document);
    }

    private static async Task<JsonObject?> ReadAsync(HttpRequest request) =>
        request.ContentLength is 0 or null && !request.Headers.ContainsKey("Transfer-Encoding") ? null : await JsonNode.ParseAsync(request.Body, cancellationToken: request.HttpContext.RequestAborted) as JsonObject;

    private static (int Status, JsonNode? Answer) Error(int status, string code, string message) =>
        (status, new JsonObject { ["error"] = new JsonObject { ["code"] = code, ["message"] = message } });

    [GeneratedRegex(
        "^/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft[.]App/jobs/(?<job>[a-z0-9][a-z0-9-]{1,31})(/(?<verb>start|executions)|/executions/(?<execution>[a-z0-9-]+)(/(?<verb>stop))?)?\\z",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Route { get; }
}
