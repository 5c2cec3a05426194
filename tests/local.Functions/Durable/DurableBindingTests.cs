using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Hosting;

namespace FunctionsHost.Tests.Durable;

[TestClass]
public sealed class DurableBindingTests
{
    private readonly Recorder recorder = new();

    [TestMethod]
    public async Task An_orchestrator_gets_its_input_and_its_activities_theirs()
    {
        await using RunningHost host = await DurableHost.StartAsync(recorder);
        JsonElement payload = await host.StartInstanceAsync("Hello", new[] { "Oslo", "Bern" });
        JsonElement status = await host.StatusAsync(payload.Url("StatusQueryGetUri"), "Completed");
        Assert.AreEqual("""["Hello Oslo!","Hello Bern!"]""", status.GetProperty("output").GetRawText());
        Assert.AreEqual("""["Oslo","Bern"]""", status.GetProperty("input").GetRawText());
        Assert.AreEqual("""{"total":2}""", status.GetProperty("customStatus").GetRawText());
        CollectionAssert.AreEqual(new[] { "Greet Oslo True", "Greet Bern True" }, recorder.Entries.ToArray());
    }

    [TestMethod]
    public async Task An_activity_without_input_runs()
    {
        await using RunningHost host = await DurableHost.StartAsync(recorder);
        JsonElement payload = await host.StartInstanceAsync("WithoutInput");
        JsonElement status = await host.StatusAsync(payload.Url("StatusQueryGetUri"), "Completed");
        Assert.AreEqual(1, status.GetProperty("output").GetInt32());
    }

    [TestMethod]
    public async Task An_entity_function_dispatches_to_its_state()
    {
        await using RunningHost host = await DurableHost.StartAsync(recorder);
        JsonElement payload = await host.StartInstanceAsync("Counting");
        JsonElement status = await host.StatusAsync(payload.Url("StatusQueryGetUri"), "Completed");
        Assert.AreEqual(5, status.GetProperty("output").GetInt32());
    }

    [TestMethod]
    public async Task The_check_status_response_carries_the_management_urls()
    {
        await using RunningHost host = await DurableHost.StartAsync(recorder);
        using HttpResponseMessage response = await host.Http.PostAsJsonAsync("/api/start/Waiting", (object?)null);
        Assert.AreEqual(HttpStatusCode.Accepted, response.StatusCode);
        JsonElement payload = await response.Content.ReadFromJsonAsync<JsonElement>();
        string id = payload.Url("Id");
        string root = $"{host.Http.BaseAddress!.GetLeftPart(UriPartial.Authority)}/runtime/webhooks/durabletask/instances/{id}";
        Assert.AreEqual(root, response.Headers.Location!.OriginalString);
        Assert.AreEqual(root, payload.Url("StatusQueryGetUri"));
        Assert.AreEqual(root, payload.Url("PurgeHistoryDeleteUri"));
        Assert.AreEqual($"{root}/raiseEvent/{{eventName}}", payload.Url("SendEventPostUri"));
        Assert.AreEqual($"{root}/terminate?reason={{{{text}}}}", payload.Url("TerminatePostUri"));
        Assert.AreEqual($"{root}/suspend?reason={{{{text}}}}", payload.Url("SuspendPostUri"));
        Assert.AreEqual($"{root}/resume?reason={{{{text}}}}", payload.Url("ResumePostUri"));

        JsonElement direct = await host.Http.GetFromJsonAsync<JsonElement>($"/api/payload/{id}");
        Assert.AreEqual(root, direct.Url("statusQueryGetUri"));
    }

    [TestMethod]
    public async Task Middleware_may_await_around_an_orchestrator()
    {
        await using RunningHost host = await RunningHost.StartAsync(
            DurableHost.Functions,
            [],
            builder =>
            {
                builder.Services.AddSingleton(recorder);
                builder.UseMiddleware(
                    async (context, next) =>
                    {
                        await Task.Delay(1);
                        await next();
                        await Task.Delay(1);
                        recorder.Add($"after {context.FunctionDefinition.Name}");
                    }
                );
            }
        );
        JsonElement payload = await host.StartInstanceAsync("Hello", new[] { "Oslo" });
        JsonElement status = await host.StatusAsync(payload.Url("StatusQueryGetUri"), "Completed", "Failed");
        Assert.AreEqual("""["Hello Oslo!"]""", status.GetProperty("output").GetRawText());
        Assert.AreEqual(1, recorder.Count("after Hello"));
        Assert.AreEqual(1, recorder.Count("after Greet"));
    }

    [TestMethod]
    public async Task Middleware_that_throws_fails_the_orchestration()
    {
        await using RunningHost host = await RunningHost.StartAsync(
            DurableHost.Functions,
            [],
            builder =>
            {
                builder.Services.AddSingleton(recorder);
                builder.UseWhen(
                    c => c.FunctionDefinition.Name == "Hello",
                    async (_, _) =>
                    {
                        await Task.Yield();
                        throw new InvalidOperationException("not today");
                    }
                );
            }
        );
        JsonElement payload = await host.StartInstanceAsync("Hello", Array.Empty<string>());
        JsonElement status = await host.StatusAsync(payload.Url("StatusQueryGetUri"), "Completed", "Failed");
        Assert.AreEqual("Failed", status.GetProperty("runtimeStatus").GetString());
        StringAssert.Contains(status.GetProperty("output").GetRawText(), "not today");
    }

    [TestMethod]
    public async Task Urls_follow_a_proxy_s_headers()
    {
        await using RunningHost host = await DurableHost.StartAsync(recorder);
        using HttpRequestMessage request = new(HttpMethod.Post, "/api/start/Waiting") { Content = JsonContent.Create((object?)null) };
        request.Headers.Add("X-Forwarded-Proto", "https");
        request.Headers.Add("X-Forwarded-Host", "example.org");
        using HttpResponseMessage response = await host.Http.SendAsync(request);
        StringAssert.StartsWith(response.Headers.Location!.OriginalString, "https://example.org/runtime/webhooks/durabletask/instances/");
    }

    [TestMethod]
    public async Task CallHttp_retries_failures_and_follows_accepted_responses()
    {
        await using RunningHost host = await DurableHost.StartAsync(recorder);
        JsonElement flaky = await host.StartInstanceAsync("CallsHttp", new Uri(host.Http.BaseAddress!, "/api/flaky"));
        JsonElement status = await host.StatusAsync(flaky.Url("StatusQueryGetUri"), "Completed", "Failed");
        Assert.AreEqual("200 got body", status.GetProperty("output").GetString());
        Assert.AreEqual(3, recorder.Count("flaky"));

        JsonElement slow = await host.StartInstanceAsync("CallsHttp", new Uri(host.Http.BaseAddress!, "/api/slow-job"));
        status = await host.StatusAsync(slow.Url("StatusQueryGetUri"), "Completed", "Failed");
        Assert.AreEqual("200 done", status.GetProperty("output").GetString());
        Assert.AreEqual(1, recorder.Count("slow POST"));
        Assert.AreEqual(2, recorder.Count("slow GET"));
    }

    [TestMethod]
    public async Task Instances_outlive_the_host()
    {
        using TemporaryFolder folder = new();
        string id;
        await using (RunningHost host = await DurableHost.StartAsync(recorder, folder))
        {
            id = (await host.StartInstanceAsync("Waiting")).Url("Id");
            await host.StatusAsync($"/runtime/webhooks/durabletask/instances/{id}", "Running");
        }

        await using (RunningHost host = await DurableHost.StartAsync(recorder, folder))
        {
            using HttpResponseMessage raised = await host.Http.PostAsJsonAsync(
                $"/runtime/webhooks/durabletask/instances/{id}/raiseEvent/go",
                "on"
            );
            Assert.AreEqual(HttpStatusCode.Accepted, raised.StatusCode);
            JsonElement status = await host.StatusAsync($"/runtime/webhooks/durabletask/instances/{id}", "Completed");
            Assert.AreEqual("on", status.GetProperty("output").GetString());
        }
    }
}
