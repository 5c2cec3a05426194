using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace FunctionsHost.Tests.Durable;

[TestClass]
public sealed class DurableTests
{
    [TestMethod]
    public async Task Activities_and_sub_orchestrations_give_their_results()
    {
        var status = await RunAsync(SharedHost.Instance, "Greetings");
        Assert.AreEqual("""["Hello Oslo","Hello Bern","Hello Rome"]""", status["output"]!.ToJsonString());
    }

    [TestMethod]
    public async Task The_orchestration_sees_the_failures_own_type_and_text()
    {
        var status = await RunAsync(SharedHost.Instance, "Fails");
        Assert.AreEqual("System.IO.InvalidDataException|the activity's own words", (string?)status["output"]);
    }

    [TestMethod]
    public async Task An_entity_keeps_its_state_and_a_client_reads_it()
    {
        var status = await RunAsync(SharedHost.Instance, "Counts");
        Assert.AreEqual(5, (int)status["output"]!);
        Assert.AreEqual("5", await SharedHost.Client.GetStringAsync(new Uri("api/counter/Counts-1", UriKind.Relative)));
    }

    [TestMethod]
    public async Task The_management_endpoints_raise_events_and_terminate()
    {
        var host = SharedHost.Instance;
        foreach (var id in new[] { "raised", "terminated" })
        {
            await StartAsync(host, "WaitsForEvent", id);
            await Eventually.TrueAsync(async () => (string?)(await StatusAsync(host, id))["customStatus"] == "waiting", "it waits", () => host.Log);
        }

        using var raise = await PostAsync(host, "raised/raiseEvent/go", "\"gone\"");
        Assert.AreEqual(HttpStatusCode.Accepted, raise.StatusCode);
        using var terminate = await PostAsync(host, "terminated/terminate?reason=enough", "");
        Assert.AreEqual(HttpStatusCode.Accepted, terminate.StatusCode);
        Assert.AreEqual("gone", (string?)(await EndAsync(host, "raised"))["output"]);
        Assert.AreEqual("Terminated", (string?)(await EndAsync(host, "terminated"))["runtimeStatus"]);
    }

    [TestMethod]
    public async Task An_activity_whose_worker_crashes_is_run_again()
    {
        await using var host = await HostProcess.StartAsync(new HostSettings { Only = ["Start", "CrashesOnce", "CrashOnce"] });
        var status = await RunAsync(host, "CrashesOnce");
        Assert.AreEqual("survived", (string?)status["output"]);
        CollectionAssert.AreEqual(new[] { "ran", "ran" }, host.Recorded("crash-CrashesOnce-1"));
    }

    [TestMethod]
    public async Task An_activity_that_never_ends_fails_when_its_time_is_up()
    {
        await using var host = await HostProcess.StartAsync(new HostSettings
        {
            Only = ["Start", "WaitsForEver", "NeverEnds"],
            Environment = { ["AzureFunctionsJobHost__functionTimeout"] = "00:00:20" },
        });
        var worker = await host.WorkerIdAsync();
        var status = await RunAsync(host, "WaitsForEver");
        Assert.AreEqual("failed", (string?)status["output"]);
        await Eventually.TrueAsync(() => !HostProcess.IsRunning(worker), "the worker was ended", () => host.Log);
    }

    [TestMethod]
    public async Task After_a_kill_of_the_host_its_worker_is_gone_and_the_next_start_goes_on()
    {
        await using var host = await HostProcess.StartAsync(new HostSettings { Only = ["Start", "WaitsForEvent"] });
        await StartAsync(host, "WaitsForEvent", "killed");
        await Eventually.TrueAsync(async () => (string?)(await StatusAsync(host, "killed"))["customStatus"] == "waiting", "it waits", () => host.Log);
        var worker = await host.WorkerIdAsync();

        await host.KillAsync();
        await Eventually.TrueAsync(() => !HostProcess.IsRunning(worker), "the worker ended with its host");
        await host.RestartAsync();
        using var raise = await PostAsync(host, "killed/raiseEvent/go", "\"gone\"");
        Assert.AreEqual("gone", (string?)(await EndAsync(host, "killed"))["output"]);
    }

    private static async Task<JsonNode> RunAsync(HostProcess host, string name)
    {
        await StartAsync(host, name, $"{name}-1");
        return await EndAsync(host, $"{name}-1");
    }

    private static async Task StartAsync(HostProcess host, string name, string id)
    {
        using var response = await host.Client.PostAsync(new Uri($"api/start/{name}/{id}", UriKind.Relative), new StringContent(""));
        Assert.AreEqual(HttpStatusCode.Accepted, response.StatusCode, host.Log);
    }

    private static async Task<JsonNode> EndAsync(HostProcess host, string id)
    {
        var last = "";
        return await Eventually.GetAsync(
            async () =>
            {
                var status = await StatusAsync(host, id);
                last = status.ToJsonString();
                return (string?)status["runtimeStatus"] is "Completed" or "Failed" or "Terminated" ? status : null;
            },
            $"{id} has ended",
            () => $"{last}\n{host.Log}");
    }

    private static async Task<JsonNode> StatusAsync(HostProcess host, string id)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"runtime/webhooks/durabletask/instances/{id}") { Headers = { { "x-functions-key", host.MasterKey } } };
        using var response = await host.Client.SendAsync(request);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
    }

    private static Task<HttpResponseMessage> PostAsync(HostProcess host, string path, string body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"runtime/webhooks/durabletask/instances/{path}")
        {
            Headers = { { "x-functions-key", host.MasterKey } },
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        return host.Client.SendAsync(request);
    }
}
