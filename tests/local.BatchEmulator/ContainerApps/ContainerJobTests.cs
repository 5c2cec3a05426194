using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using DurableMl.Local.BatchEmulator;
using DurableMl.Local.BatchEmulator.Containers;

namespace BatchEmulator.Tests.ContainerApps;

[TestClass]
public sealed class ContainerJobTests
{
    private const string Jobs = "subscriptions/s/resourceGroups/g/providers/Microsoft.App/jobs/";

    [TestMethod]
    public async Task An_execution_runs_the_jobs_command_or_the_one_it_is_given_with_its_variables()
    {
        using var folder = new TemporaryFolder();
        await using var host = await StartAsync(folder.Path);
        using var http = Client(host);
        await PutAsync(http, "exit 3");

        var failed = await EndAsync(http, await RunAsync(http, null));
        var given = await RunAsync(http, """{"containers":[{"name":"c","image":"durableml/x:1","command":["sh","-c","test \"$A\" = 1"],"env":[{"name":"A","value":"1"}]}]}""");
        var succeeded = await EndAsync(http, given);

        Assert.AreEqual(("Failed", "Succeeded"), (Status(failed), Status(succeeded)));
        Assert.IsNotNull(failed["properties"]!["endTime"]);
        var all = JsonNode.Parse(await http.GetStringAsync(new Uri(Jobs + "job/executions", UriKind.Relative)))!["value"]!.AsArray();
        Assert.HasCount(2, all);
        Assert.AreEqual("1", (string?)all.Single(each => (string)each!["name"]! == given)!["properties"]!["template"]!["containers"]![0]!["env"]![0]!["value"]);
    }

    [TestMethod]
    public async Task An_execution_is_stopped_and_one_that_takes_longer_than_the_job_may_fails()
    {
        using var folder = new TemporaryFolder();
        await using var host = await StartAsync(folder.Path);
        using var http = Client(host);
        await PutAsync(http, "sleep 600");
        var stopped = await RunAsync(http, null);
        using var answer = await http.PostAsync(new Uri($"{Jobs}job/executions/{stopped}/stop", UriKind.Relative), null);
        await PutAsync(http, "sleep 600", seconds: 1);
        var late = await EndAsync(http, await RunAsync(http, null));

        Assert.AreEqual(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.AreEqual(("Stopped", "Failed"), (Status(await EndAsync(http, stopped)), Status(late)));
    }

    [TestMethod]
    public async Task What_ran_when_the_emulator_ended_has_failed_when_it_is_back()
    {
        using var folder = new TemporaryFolder();
        string name;
        await using (var host = await StartAsync(folder.Path))
        {
            using var http = Client(host);
            await PutAsync(http, "sleep 600");
            name = await RunAsync(http, null);
        }

        await using var again = await StartAsync(folder.Path);
        using var later = Client(again);
        Assert.AreEqual("Failed", Status(await EndAsync(later, name)));
    }

    [TestMethod]
    [DataRow("GET", "nosuch", null, 404)]
    [DataRow("POST", "job/executions/nosuch/stop", null, 404)]
    [DataRow("GET", "job/nothing", null, 404)]
    [DataRow("PUT", "job", """{"properties":{"template":{"containers":[]}}}""", 400)]
    [DataRow("POST", "job/start", """{"containers":[{"image":"other","command":["true"]}]}""", 400)]
    [DataRow("POST", "job/start", """{"containers":[{"image":"durableml/x","command":["no-such-program"]}]}""", 400)]
    [DataRow("POST", "job/start", """{"containers":[{"image":"durableml/x"}]}""", 400)]
    [DataRow("POST", "job/start", "{", 400)]
    public async Task What_is_wrong_is_answered_as_Azure_does(string method, string path, string? body, int status)
    {
        using var folder = new TemporaryFolder();
        await using var host = await StartAsync(folder.Path);
        using var http = Client(host);
        await PutAsync(http, "true");
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(Jobs + path, UriKind.Relative)) { Content = body is null ? null : new StringContent(body) };
        using var answer = await http.SendAsync(request);

        Assert.AreEqual(status, (int)answer.StatusCode);
        Assert.IsNotNull(JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["error"]!["message"]);
    }

    [TestMethod]
    public async Task Without_the_accounts_key_nothing_is_answered()
    {
        using var folder = new TemporaryFolder();
        await using var host = await StartAsync(folder.Path);
        using var http = Client(host);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "other");
        using var wrong = await http.GetAsync(new Uri(Jobs + "job", UriKind.Relative));
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", host.AccountKey);
        http.DefaultRequestHeaders.Add("Origin", "http://example.com");
        using var page = await http.GetAsync(new Uri(Jobs + "job", UriKind.Relative));

        Assert.AreEqual((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized), (wrong.StatusCode, page.StatusCode));
    }

    private static Task<BatchEmulatorHost> StartAsync(string folder) => BatchEmulatorHost.StartAsync(new BatchEmulatorOptions
    {
        Url = "http://127.0.0.1:0", DataDirectory = folder, TerminationGrace = TimeSpan.FromMilliseconds(200), ContainerImages = { new ContainerImageOptions { Image = "durableml/*" } },
    });

    private static HttpClient Client(BatchEmulatorHost host)
    {
        var http = new HttpClient { BaseAddress = new Uri(host.Url) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", host.AccountKey);
        return http;
    }

    private static async Task PutAsync(HttpClient http, string script, int? seconds = null)
    {
        var job = new JsonObject
        {
            ["properties"] = new JsonObject
            {
                ["configuration"] = new JsonObject { ["replicaTimeout"] = seconds },
                ["template"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = "c", ["image"] = "durableml/x:1", ["command"] = new JsonArray("sh", "-c", script) }) },
            },
        };
        using var answer = await http.PutAsJsonAsync(new Uri(Jobs + "job", UriKind.Relative), job);
        Assert.IsTrue(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static async Task<string> RunAsync(HttpClient http, string? template)
    {
        using var answer = await http.PostAsync(new Uri(Jobs + "job/start", UriKind.Relative), template is null ? null : new StringContent(template));
        var text = await answer.Content.ReadAsStringAsync();
        Assert.IsTrue(answer.IsSuccessStatusCode, text);
        return (string)JsonNode.Parse(text)!["name"]!;
    }

    private static Task<JsonNode> EndAsync(HttpClient http, string name) => Eventually.GetAsync(
        async () => JsonNode.Parse(await http.GetStringAsync(new Uri($"{Jobs}job/executions/{name}", UriKind.Relative))) is { } execution && Status(execution) != "Running" ? execution : null,
        $"{name} has ended");

    private static string Status(JsonNode execution) => (string)execution["properties"]!["status"]!;
}
