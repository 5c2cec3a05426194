using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace FunctionsHost.Tests.Durable;

[TestClass]
public sealed class ManagementApiTests
{
    private const string Root = "/runtime/webhooks/durabletask";

    private static readonly Recorder Recorder = new();
    private static RunningHost host = null!;

    [ClassInitialize]
    public static async Task StartAsync(TestContext _) => host = await DurableHost.StartAsync(Recorder);

    [ClassCleanup]
    public static async Task StopAsync() => await host.DisposeAsync();

    [TestMethod]
    public async Task A_running_instance_is_202_with_Location_and_RetryAfter()
    {
        string id = await StartAsync("Waiting");
        using HttpResponseMessage response = await host.Http.GetAsync($"{Root}/instances/{id}?taskHub=any&connection=Storage&code=x");
        Assert.AreEqual(HttpStatusCode.Accepted, response.StatusCode);
        StringAssert.Contains(response.Headers.Location!.OriginalString, $"/instances/{id}");
        Assert.AreEqual(TimeSpan.FromSeconds(5), response.Headers.RetryAfter!.Delta);
        JsonElement status = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.AreEqual("Waiting", status.GetProperty("name").GetString());
        Assert.AreEqual(JsonValueKind.Null, status.GetProperty("output").ValueKind);
        StringAssert.Matches(status.GetProperty("createdTime").GetString()!, new(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"));
    }

    [TestMethod]
    public async Task An_unknown_instance_is_404_whatever_is_asked()
    {
        Assert.AreEqual(HttpStatusCode.NotFound, await SendAsync(HttpMethod.Get, $"{Root}/instances/none"));
        Assert.AreEqual(HttpStatusCode.NotFound, await SendAsync(HttpMethod.Delete, $"{Root}/instances/none"));
        foreach (string operation in (string[])["terminate", "suspend", "resume", "rewind", "raiseEvent/go"])
        {
            Assert.AreEqual(HttpStatusCode.NotFound, await SendAsync(HttpMethod.Post, $"{Root}/instances/none/{operation}"), operation);
        }

        Assert.AreEqual(HttpStatusCode.BadRequest, await SendAsync(HttpMethod.Post, $"{Root}/instances/none/restart"));
    }

    [TestMethod]
    public async Task A_finished_instance_is_410_to_what_would_steer_it()
    {
        string id = await StartAsync("Hello", "[]");
        await host.StatusAsync($"{Root}/instances/{id}", "Completed");
        foreach (string operation in (string[])["terminate", "suspend", "resume", "raiseEvent/go"])
        {
            Assert.AreEqual(HttpStatusCode.Gone, await SendAsync(HttpMethod.Post, $"{Root}/instances/{id}/{operation}"), operation);
        }

        Assert.AreEqual(HttpStatusCode.PreconditionFailed, await SendAsync(HttpMethod.Post, $"{Root}/instances/{id}/rewind"));
    }

    [TestMethod]
    public async Task History_shows_what_was_done_and_results_only_when_asked()
    {
        string id = await StartAsync("Hello", """["Rome"]""");
        await host.StatusAsync($"{Root}/instances/{id}", "Completed");
        JsonElement[] events = await HistoryAsync($"{Root}/instances/{id}?showHistory=true");
        CollectionAssert.AreEqual(
            new[] { "ExecutionStarted", "TaskCompleted", "ExecutionCompleted" },
            events.Select(e => e.GetProperty("EventType").GetString()).ToArray()
        );
        Assert.AreEqual("Hello", events[0].GetProperty("FunctionName").GetString());
        Assert.AreEqual("Greet", events[1].GetProperty("FunctionName").GetString());
        Assert.IsTrue(events[1].TryGetProperty("ScheduledTime", out _));
        Assert.IsFalse(events[1].TryGetProperty("Result", out _));
        Assert.AreEqual("Completed", events[2].GetProperty("OrchestrationStatus").GetString());

        events = await HistoryAsync($"{Root}/instances/{id}?showHistory=true&showHistoryOutput=true");
        Assert.AreEqual("Hello Rome!", events[1].GetProperty("Result").GetString());
        Assert.AreEqual("""["Hello Rome!"]""", events[2].GetProperty("Result").GetRawText());
    }

    [TestMethod]
    public async Task A_failed_instance_is_200_or_on_request_500()
    {
        string id = await StartAsync("Failing");
        JsonElement status = await host.StatusAsync($"{Root}/instances/{id}", "Failed");
        StringAssert.Contains(status.GetProperty("output").GetRawText(), "it broke");
        Assert.AreEqual(
            HttpStatusCode.InternalServerError,
            await SendAsync(HttpMethod.Get, $"{Root}/instances/{id}?returnInternalServerErrorOnFailure=true")
        );
    }

    [TestMethod]
    public async Task Terminate_suspend_and_resume_steer_an_instance()
    {
        string id = await StartAsync("Waiting");
        Assert.AreEqual(HttpStatusCode.Accepted, await SendAsync(HttpMethod.Post, $"{Root}/instances/{id}/suspend?reason=lunch"));
        await host.StatusAsync($"{Root}/instances/{id}", "Suspended");
        Assert.AreEqual(HttpStatusCode.Accepted, await SendAsync(HttpMethod.Post, $"{Root}/instances/{id}/resume?reason=back"));
        await host.StatusAsync($"{Root}/instances/{id}", "Running");
        Assert.AreEqual(HttpStatusCode.Accepted, await SendAsync(HttpMethod.Post, $"{Root}/instances/{id}/terminate?reason=enough"));
        JsonElement status = await host.StatusAsync($"{Root}/instances/{id}", "Terminated");
        Assert.AreEqual("enough", status.GetProperty("output").GetString());
    }

    [TestMethod]
    public async Task An_event_must_be_JSON()
    {
        string id = await StartAsync("Waiting");
        using HttpResponseMessage plain = await host.Http.PostAsync($"{Root}/instances/{id}/raiseEvent/go", new StringContent("on"));
        Assert.AreEqual(HttpStatusCode.BadRequest, plain.StatusCode);
        using HttpResponseMessage broken = await host.Http.PostAsync(
            $"{Root}/instances/{id}/raiseEvent/go",
            new StringContent("{", null, "application/json")
        );
        Assert.AreEqual(HttpStatusCode.BadRequest, broken.StatusCode);
        StringAssert.Contains(await broken.Content.ReadAsStringAsync(), "Invalid JSON content");
    }

    [TestMethod]
    public async Task Instances_are_listed_by_prefix_and_status_a_page_at_a_time()
    {
        for (int i = 0; i < 5; i++)
        {
            await StartAsync("Waiting", "null", $"listed-{i}");
        }

        List<string> ids = [];
        string? continuation = null;
        do
        {
            using HttpRequestMessage request = new(
                HttpMethod.Get,
                $"{Root}/instances?instanceIdPrefix=listed-&runtimeStatus=Pending,Running&top=2"
            );
            if (continuation is not null)
            {
                request.Headers.Add("x-ms-continuation-token", continuation);
            }

            using HttpResponseMessage response = await host.Http.SendAsync(request);
            JsonElement page = await response.Content.ReadFromJsonAsync<JsonElement>();
            Assert.IsLessThanOrEqualTo(2, page.GetArrayLength());
            ids.AddRange(page.EnumerateArray().Select(i => i.Url("instanceId")));
            continuation =
                response.Headers.TryGetValues("x-ms-continuation-token", out IEnumerable<string>? values) && values.First().Length > 0
                    ? values.First()
                    : null;
        } while (continuation is not null && ids.Count < 10);

        CollectionAssert.AreEquivalent(Enumerable.Range(0, 5).Select(i => $"listed-{i}").ToArray(), ids);
    }

    [TestMethod]
    public async Task Purge_takes_finished_instances_only()
    {
        string running = await StartAsync("Waiting");
        Assert.AreEqual(HttpStatusCode.PreconditionFailed, await SendAsync(HttpMethod.Delete, $"{Root}/instances/{running}"));
        string done = await StartAsync("Hello", "[]");
        await host.StatusAsync($"{Root}/instances/{done}", "Completed");
        using HttpResponseMessage purged = await host.Http.DeleteAsync($"{Root}/instances/{done}");
        Assert.AreEqual("""{"instancesDeleted":1}""", await purged.Content.ReadAsStringAsync());
        Assert.AreEqual(HttpStatusCode.NotFound, await SendAsync(HttpMethod.Get, $"{Root}/instances/{done}"));
        Assert.AreEqual(HttpStatusCode.BadRequest, await SendAsync(HttpMethod.Delete, $"{Root}/instances"));
        Assert.AreEqual(
            HttpStatusCode.NotFound,
            await SendAsync(HttpMethod.Delete, $"{Root}/instances?createdTimeFrom=2030-01-01T00:00:00Z")
        );
    }

    [TestMethod]
    public async Task An_instance_is_started_and_restarted_over_HTTP()
    {
        using HttpResponseMessage started = await host.Http.PostAsJsonAsync(
            $"{Root}/orchestrators/Hello/over-http?timeout=30",
            new[] { "Lima" }
        );
        Assert.AreEqual(HttpStatusCode.OK, started.StatusCode);
        Assert.AreEqual("""["Hello Lima!"]""", await started.Content.ReadAsStringAsync());

        using HttpResponseMessage restarted = await host.Http.PostAsync(
            $"{Root}/instances/over-http/restart?restartWithNewInstanceId=true",
            content: null
        );
        Assert.AreEqual(HttpStatusCode.Accepted, restarted.StatusCode);
        JsonElement payload = await restarted.Content.ReadFromJsonAsync<JsonElement>();
        Assert.AreNotEqual("over-http", payload.Url("id"));
        JsonElement status = await host.StatusAsync(payload.Url("statusQueryGetUri"), "Completed");
        Assert.AreEqual("""["Hello Lima!"]""", status.GetProperty("output").GetRawText());
    }

    [TestMethod]
    public async Task An_entity_is_signalled_read_and_listed()
    {
        using HttpResponseMessage signalled = await host.Http.PostAsJsonAsync($"{Root}/entities/Counter/http?op=add", 4);
        Assert.AreEqual(HttpStatusCode.Accepted, signalled.StatusCode);
        string state = await Eventually.GetAsync(
            async () =>
            {
                using HttpResponseMessage response = await host.Http.GetAsync($"{Root}/entities/Counter/http");
                return response.IsSuccessStatusCode ? await response.Content.ReadAsStringAsync() : null;
            },
            "The entity's state"
        );
        Assert.AreEqual("""{"Value":4}""", state);
        JsonElement list = await host.Http.GetFromJsonAsync<JsonElement>($"{Root}/entities/Counter?fetchState=true");
        JsonElement entity = list.EnumerateArray().Single(e => e.GetProperty("entityId").Url("key") == "http");
        Assert.AreEqual("""{"Value":4}""", entity.GetProperty("state").GetRawText());
        Assert.AreEqual(HttpStatusCode.NotFound, await SendAsync(HttpMethod.Get, $"{Root}/entities/Counter/none"));
    }

    private static async Task<JsonElement[]> HistoryAsync(string url)
    {
        JsonElement status = await host.Http.GetFromJsonAsync<JsonElement>(url);
        return [.. status.GetProperty("historyEvents").EnumerateArray()];
    }

    private static async Task<string> StartAsync(string orchestrator, string input = "null", string? id = null)
    {
        id ??= Guid.NewGuid().ToString("N");
        using HttpResponseMessage response = await host.Http.PostAsync(
            $"{Root}/orchestrators/{orchestrator}/{id}",
            new StringContent(input, null, "application/json")
        );
        Assert.AreEqual(HttpStatusCode.Accepted, response.StatusCode);
        return id;
    }

    private static async Task<HttpStatusCode> SendAsync(HttpMethod method, string url)
    {
        using HttpRequestMessage request = new(method, url);
        if (method == HttpMethod.Post)
        {
            request.Content = new StringContent("null", null, "application/json");
        }

        using HttpResponseMessage response = await host.Http.SendAsync(request);
        return response.StatusCode;
    }
}
