using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Functions.Tests.Fixtures;
using Orchestrations.Tests.Fixtures;

namespace Functions.Tests.Workflows;

/// <summary>Pushes and runs workflows in the app.</summary>
internal static class WorkflowClient
{
    private const string ContainerJob = "subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/local/providers/Microsoft.App/jobs/train";

    /// <summary>Pushes a definition under a name of its own, and runs it. Returns the execution's document once it has ended.</summary>
    public static async Task<JsonNode> RunWorkflowAsync(this App app, JsonNode definition, JsonNode? input = null) =>
        await app.EndOfWorkflowAsync(await app.StartWorkflowAsync(definition, input));

    /// <summary>Pushes a definition under a name of its own, and starts it. Returns the execution's id.</summary>
    public static async Task<string> StartWorkflowAsync(this App app, JsonNode definition, JsonNode? input = null)
    {
        var name = Storage.NewName("wf");
        using HttpResponseMessage pushed = await app.Http.PutAsJsonAsync(new Uri($"api/workflows/{name}", UriKind.Relative), definition);
        Assert.AreEqual(201, (int)pushed.StatusCode, await pushed.Content.ReadAsStringAsync());
        using var body = new StringContent(input?.ToJsonString() ?? "{}", Encoding.UTF8, "application/json");
        using HttpResponseMessage started = await app.Http.PostAsync(new Uri($"api/workflows/{name}/executions", UriKind.Relative), body);
        var text = await started.Content.ReadAsStringAsync();
        Assert.AreEqual(202, (int)started.StatusCode, text);
        return (string)JsonNode.Parse(text)!["executionId"]!;
    }

    /// <summary>Waits for an execution's end.</summary>
    public static Task<JsonNode> EndOfWorkflowAsync(this App app, string executionId) => Eventually.GetAsync(
        async () => JsonNode.Parse(await app.Http.GetStringAsync(new Uri($"api/workflows/executions/{executionId}", UriKind.Relative))) is { } execution
            && (string)execution["status"]! != "RUNNING" ? execution : null,
        $"{executionId} has ended",
        () => app.Log);

    /// <summary>Makes the container job that the settings know as <c>train</c>.</summary>
    public static async Task MakeContainerJobAsync(this App app)
    {
        using HttpClient http = Emulator(app);
        using HttpResponseMessage made = await http.PutAsync(
            new Uri(ContainerJob, UriKind.Relative), JsonContent.Create(JsonNode.Parse("""{"properties":{"template":{"containers":[{"name":"train","image":"durableml/train:1"}]}}}""")));
        Assert.IsTrue(made.IsSuccessStatusCode, await made.Content.ReadAsStringAsync());
    }

    /// <summary>The statuses of its executions.</summary>
    public static async Task<IReadOnlyList<string>> ContainerExecutionsAsync(this App app)
    {
        using HttpClient http = Emulator(app);
        return [.. JsonNode.Parse(await http.GetStringAsync(new Uri($"{ContainerJob}/executions", UriKind.Relative)))!["value"]!.AsArray().Select(each => (string)each!["properties"]!["status"]!)];
    }

    private static HttpClient Emulator(App app)
    {
        var http = new HttpClient { BaseAddress = app.Emulator.Url };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", app.Emulator.Key);
        return http;
    }

    /// <summary>A machine of one task.</summary>
    public static JsonObject Of(string resource, JsonNode parameters) => new()
    {
        ["StartAt"] = "Task",
        ["States"] = new JsonObject { ["Task"] = new JsonObject { ["Type"] = "Task", ["Resource"] = resource, ["Parameters"] = parameters, ["End"] = true } },
    };
}
