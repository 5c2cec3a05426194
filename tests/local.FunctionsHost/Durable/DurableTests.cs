using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace FunctionsHost.Tests.Durable;

/// <summary>What Durable Functions promise to an isolated app, through Microsoft's own client and endpoints. It holds on every storage.</summary>
public abstract class DurableTests(string storage)
{
    private const string Section = "AzureFunctionsJobHost__extensions__durableTask__";

    private static readonly string[] Functions =
    [
        "Start", "Operate", "History", "Describe", "Pages", "ReadCounter", "SignalCounter", "ListCounters",
        "Greetings", "Child", "Greet", "FansOut", "Double", "Carries", "Repeat", "Measure", "WaitsAtMost", "TurnsToEventsLate", "Collects", "WaitsForEvent",
        "FailsUntilAllowed", "FailUnlessAllowed", "Fails", "FailingActivity", "Moves", "Counts", "Counter", "VersionOf",
    ];

    /// <summary>The host that the tests of this storage share.</summary>
    private protected abstract HostProcess Host { get; }

    [TestMethod]
    public async Task Activities_and_sub_orchestrations_give_their_results() =>
        Assert.AreEqual("""["Hello Oslo","Hello Bern","Hello Rome"]""", await OutputAsync("Greetings", "greetings"));

    [TestMethod]
    public async Task The_results_of_many_activities_at_once_come_together() => Assert.AreEqual("930", await OutputAsync("FansOut", "wide", "30"));

    [TestMethod]
    public async Task Large_values_pass_from_activity_to_activity() => Assert.AreEqual("2000000", await OutputAsync("Carries", "large", new string('x', 2000)));

    [TestMethod]
    public async Task The_orchestration_sees_the_failures_own_type_and_text() =>
        Assert.AreEqual("System.IO.InvalidDataException|the activity's own words", await OutputAsync("Fails", "fails"));

    [TestMethod]
    public async Task A_timer_ends_the_wait_for_an_event_that_does_not_come() => Assert.AreEqual("nobody came", await OutputAsync("WaitsAtMost", "alone", "1"));

    [TestMethod]
    public async Task An_event_ends_the_wait_before_its_timer()
    {
        await StartAsync(Host, "WaitsAtMost", "met", "600");
        await UntilStatusAsync("met", "waiting");
        await RaiseAsync("met", "go", "somebody came");
        Assert.AreEqual("somebody came", await OutputOfAsync("met"));
    }

    [TestMethod]
    public async Task An_event_that_comes_before_it_is_waited_for_is_kept()
    {
        await StartAsync(Host, "TurnsToEventsLate", "late");
        await UntilStatusAsync("late", "busy");
        await RaiseAsync("late", "go", "early");
        await RaiseAsync("late", "begin", "now");
        Assert.AreEqual("early", await OutputOfAsync("late"));
    }

    [TestMethod]
    public async Task Events_that_were_not_waited_for_go_along_when_an_orchestration_continues_as_new()
    {
        await StartAsync(Host, "Collects", "collects");
        // Azure Storage may put off a start whose instance it does not see yet, and discards events that come meanwhile.
        await Eventually.TrueAsync(async () => (string?)(await StatusAsync(Host, "collects"))["runtimeStatus"] == "Running", "it has begun", () => Host.Log);
        foreach (var letter in "abcde")
        {
            await RaiseAsync("collects", "go", $"{letter}");
        }

        Assert.AreEqual("abcde", string.Concat((await OutputOfAsync("collects")).Order()));
    }

    [TestMethod]
    public async Task A_suspended_orchestration_goes_on_when_it_is_resumed()
    {
        await StartAsync(Host, "WaitsForEvent", "suspended");
        await UntilStatusAsync("suspended", "waiting");
        await OperateAsync("suspend", "suspended");
        await Eventually.TrueAsync(async () => (string?)(await StatusAsync(Host, "suspended"))["runtimeStatus"] == "Suspended", "it is suspended", () => Host.Log);
        await RaiseAsync("suspended", "go", "gone");
        Assert.AreEqual("Suspended", (string?)(await StatusAsync(Host, "suspended"))["runtimeStatus"]);

        await OperateAsync("resume", "suspended");
        Assert.AreEqual("gone", await OutputOfAsync("suspended"));
    }

    [TestMethod]
    public async Task A_terminated_orchestration_says_why()
    {
        await StartAsync(Host, "WaitsForEvent", "terminated");
        await UntilStatusAsync("terminated", "waiting");
        using var terminate = await PostAsync(Host, "terminated/terminate?reason=enough", "");
        Assert.AreEqual(HttpStatusCode.Accepted, terminate.StatusCode);
        Assert.AreEqual("enough", await OutputOfAsync("terminated", "Terminated"));
    }

    [TestMethod]
    public async Task A_failed_orchestration_is_rewound_to_what_failed_and_goes_on_from_there()
    {
        await StartAsync(Host, "FailsUntilAllowed", "rewound");
        await EndAsync(Host, "rewound", "Failed");
        await File.WriteAllTextAsync(Path.Combine(Host.Records, "allowed-rewound"), "");
        await OperateAsync("rewind", "rewound");
        await Eventually.TrueAsync(async () => (string?)(await StatusAsync(Host, "rewound"))["runtimeStatus"] == "Completed", "it has ended well", () => Host.Log);
        Assert.AreEqual("Hello Oslo, allowed", await OutputOfAsync("rewound"));
        CollectionAssert.AreEqual(new[] { "ran", "ran" }, Host.Recorded("rewound"));
    }

    [TestMethod]
    public async Task What_is_not_failed_is_not_rewound()
    {
        await OutputAsync("VersionOf", "well");
        using var response = await Host.Client.PostAsync(new Uri("api/operate/rewind/well", UriKind.Relative), null);
        Assert.AreEqual(HttpStatusCode.Conflict, response.StatusCode);
    }

    [TestMethod]
    public async Task A_restarted_orchestration_begins_anew_with_its_old_input()
    {
        await OutputAsync("FansOut", "original", "3");
        var id = await OperateAsync("restart", "original");
        Assert.AreEqual("12", await OutputOfAsync(id));
    }

    [TestMethod]
    public async Task An_orchestration_that_runs_is_not_started_again_and_one_that_ended_is()
    {
        await StartAsync(Host, "WaitsForEvent", "again");
        await UntilStatusAsync("again", "waiting");
        Assert.AreEqual(HttpStatusCode.Conflict, await TryStartAsync(Host, "WaitsForEvent", "again"));
        await RaiseAsync("again", "go", "first");
        Assert.AreEqual("first", await OutputOfAsync("again"));
        Assert.AreEqual("6", await OutputAsync("FansOut", "again", "2"));
    }

    [TestMethod]
    public async Task An_orchestration_starts_no_earlier_than_it_was_told_to()
    {
        var at = DateTimeOffset.UtcNow.AddSeconds(5);
        await StartAsync(Host, "VersionOf", $"scheduled?at={Uri.EscapeDataString(at.ToString("O", CultureInfo.InvariantCulture))}");
        await OutputOfAsync("scheduled");
        var ended = (await StatusAsync(Host, "scheduled"))["lastUpdatedTime"]!.GetValue<DateTime>();
        // Azure's queues count whole seconds, and so does the answer.
        Assert.IsGreaterThanOrEqualTo(at.UtcDateTime.AddSeconds(-2), ended);
    }

    [TestMethod]
    public async Task Version_and_tags_stay_with_an_orchestration()
    {
        await StartAsync(Host, "VersionOf", "tagged?version=1.5&tag=blue");
        Assert.AreEqual("1.5", await OutputOfAsync("tagged"));
        Assert.AreEqual("2.0", await OutputAsync("VersionOf", "untagged"));
        var described = JsonNode.Parse(await Host.Client.GetStringAsync(new Uri("api/describe/tagged", UriKind.Relative)))!;
        Assert.AreEqual("""{"name":"VersionOf","status":"Completed","tags":{"tag":"blue"}}""", described.ToJsonString());
    }

    [TestMethod]
    public async Task The_history_tells_what_happened_in_order()
    {
        await OutputAsync("VersionOf", "past");
        var history = JsonNode.Parse(await Host.Client.GetStringAsync(new Uri("api/history/past", UriKind.Relative)))!.AsArray();
        CollectionAssert.AreEqual(
            new[] { "OrchestratorStartedEvent", "ExecutionStartedEvent", "ExecutionCompletedEvent", "OrchestratorCompletedEvent" },
            history.Select(happened => (string?)happened).ToArray());
    }

    [TestMethod]
    public async Task A_query_gives_all_that_match_page_by_page()
    {
        for (var i = 0; i < 5; i++)
        {
            await StartAsync(Host, "VersionOf", $"paged-{i}");
        }

        for (var i = 0; i < 5; i++)
        {
            await OutputOfAsync($"paged-{i}");
        }

        var pages = JsonNode.Parse(await Host.Client.GetStringAsync(new Uri("api/pages/paged-/2", UriKind.Relative)))!.AsArray();
        CollectionAssert.AreEqual(
            new[] { "paged-0", "paged-1", "paged-2", "paged-3", "paged-4" }, pages.SelectMany(page => page!.AsArray()).Select(id => (string?)id).Order().ToArray());
        Assert.IsTrue(pages.All(page => page!.AsArray().Count <= 2), pages.ToJsonString());
    }

    [TestMethod]
    public async Task A_purged_orchestration_is_gone()
    {
        await OutputAsync("VersionOf", "purged");
        Assert.AreEqual("1", await OperateAsync("purge", "purged"));
        using var response = await Host.Client.GetAsync(new Uri("api/describe/purged", UriKind.Relative));
        Assert.AreEqual(HttpStatusCode.NotFound, response.StatusCode);
        Assert.AreEqual("0", await OperateAsync("purge", "purged"));
    }

    [TestMethod]
    public async Task An_entity_keeps_its_state_and_a_client_reads_it()
    {
        Assert.AreEqual("5", await OutputAsync("Counts", "counted"));
        Assert.AreEqual("5", await Host.Client.GetStringAsync(new Uri("api/counter/counted", UriKind.Relative)));
    }

    [TestMethod]
    public async Task Signals_of_a_client_reach_an_entity_at_once_or_later()
    {
        await SignalAsync("signalled/add/4");
        await SignalAsync($"signalled/add/5?at={Uri.EscapeDataString(DateTimeOffset.UtcNow.AddSeconds(2).ToString("O", CultureInfo.InvariantCulture))}");
        await UntilCountAsync("signalled", "9");
    }

    [TestMethod]
    public async Task Nobody_sees_an_entity_between_the_steps_of_whom_has_locked_it()
    {
        Assert.AreEqual("-7 7", await OutputAsync("Moves", "moved"));
    }

    [TestMethod]
    public async Task Entities_are_listed_by_the_beginning_of_their_key_and_deleted_ones_are_not()
    {
        await SignalAsync("listed-a/add/1");
        await SignalAsync("listed-b/add/1");
        await SignalAsync("listed-c/add/1");
        await UntilCountAsync("listed-c", "1");
        await SignalAsync("listed-c/delete");
        await Eventually.TrueAsync(
            async () => await Host.Client.GetStringAsync(new Uri("api/counters/listed-", UriKind.Relative)) == """["listed-a","listed-b"]""", "two are listed", () => Host.Log);
    }

    [TestMethod]
    public async Task An_activity_whose_worker_crashes_is_run_again()
    {
        await using var host = await StartHostAsync(storage, ["Start", "CrashesOnce", "CrashOnce"]);
        await StartAsync(host, "CrashesOnce", "crashed");
        Assert.AreEqual("survived", (string?)(await EndAsync(host, "crashed", "Completed"))["output"]);
        CollectionAssert.AreEqual(new[] { "ran", "ran" }, host.Recorded("crash-crashed"));
    }

    [TestMethod]
    public async Task After_a_kill_of_the_host_its_worker_is_gone_and_the_next_start_goes_on()
    {
        await using var host = await StartHostAsync(storage, ["Start", "WaitsForEvent"]);
        await StartAsync(host, "WaitsForEvent", "killed");
        await Eventually.TrueAsync(async () => (string?)(await StatusAsync(host, "killed"))["customStatus"] == "waiting", "it waits", () => host.Log);
        var worker = await host.WorkerIdAsync();

        await host.KillAsync();
        await Eventually.TrueAsync(() => !HostProcess.IsRunning(worker), "the worker ended with its host");
        await host.RestartAsync();
        using var raise = await PostAsync(host, "killed/raiseEvent/go", "\"gone\"");
        Assert.AreEqual("gone", (string?)(await EndAsync(host, "killed", "Completed"))["output"]);
    }

    private protected static Task<HostProcess> StartHostAsync(string storage, string[]? functions = null, params (string Name, string Value)[] settings) =>
        HostProcess.StartAsync(new HostSettings
        {
            Only = functions ?? Functions,
            Environment = settings.Append(($"{Section}storageProvider__type", storage)).Append(($"{Section}defaultVersion", "2.0")).ToDictionary(setting => setting.Item1, setting => setting.Item2),
        });

    private protected static async Task StartAsync(HostProcess host, string name, string id, string input = "") =>
        Assert.AreEqual(HttpStatusCode.Accepted, await TryStartAsync(host, name, id, input), host.Log);

    /// <summary>Waits until it has ended in a way, and no other.</summary>
    private protected static async Task<JsonNode> EndAsync(HostProcess host, string id, string expected)
    {
        var last = "";
        var status = await Eventually.GetAsync(
            async () =>
            {
                var now = await StatusAsync(host, id);
                last = now.ToJsonString();
                return (string?)now["runtimeStatus"] is "Completed" or "Failed" or "Terminated" ? now : null;
            },
            $"{id} has ended",
            () => $"{last}\n{host.Log}");
        Assert.AreEqual(expected, (string?)status["runtimeStatus"], $"{last}\n{host.Log}");
        return status;
    }

    private protected static async Task<JsonNode> StatusAsync(HostProcess host, string id)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"runtime/webhooks/durabletask/instances/{id}") { Headers = { { "x-functions-key", host.MasterKey } } };
        using var response = await host.Client.SendAsync(request);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
    }

    private static async Task<HttpStatusCode> TryStartAsync(HostProcess host, string name, string id, string input = "")
    {
        using var response = await host.Client.PostAsync(new Uri($"api/start/{name}/{id}", UriKind.Relative), new StringContent(input));
        return response.StatusCode;
    }

    private static async Task<HttpResponseMessage> PostAsync(HostProcess host, string path, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"runtime/webhooks/durabletask/instances/{path}")
        {
            Headers = { { "x-functions-key", host.MasterKey } },
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        return await host.Client.SendAsync(request);
    }

    private async Task<string> OutputAsync(string name, string id, string input = "")
    {
        await StartAsync(Host, name, id, input);
        return await OutputOfAsync(id);
    }

    /// <summary>The output of an orchestration that has ended: a text as it is, anything else as JSON.</summary>
    private async Task<string> OutputOfAsync(string id, string expected = "Completed")
    {
        var output = (await EndAsync(Host, id, expected))["output"];
        return output is JsonValue value && value.TryGetValue<string>(out var text) ? text : output?.ToJsonString() ?? "";
    }

    private Task UntilStatusAsync(string id, string customStatus) =>
        Eventually.TrueAsync(async () => (string?)(await StatusAsync(Host, id))["customStatus"] == customStatus, $"{id} is {customStatus}", () => Host.Log);

    private async Task RaiseAsync(string id, string name, string value)
    {
        using var response = await PostAsync(Host, $"{id}/raiseEvent/{name}", $"\"{value}\"");
        Assert.AreEqual(HttpStatusCode.Accepted, response.StatusCode, Host.Log);
    }

    private async Task<string> OperateAsync(string operation, string id)
    {
        using var response = await Host.Client.PostAsync(new Uri($"api/operate/{operation}/{id}", UriKind.Relative), null);
        var answer = await response.Content.ReadAsStringAsync();
        Assert.AreEqual(HttpStatusCode.OK, response.StatusCode, $"{answer}\n{Host.Log}");
        return answer;
    }

    private async Task SignalAsync(string path)
    {
        using var response = await Host.Client.PostAsync(new Uri($"api/counter/{path}", UriKind.Relative), null);
        response.EnsureSuccessStatusCode();
    }

    private Task UntilCountAsync(string key, string count) =>
        Eventually.TrueAsync(
            async () =>
            {
                using var response = await Host.Client.GetAsync(new Uri($"api/counter/{key}", UriKind.Relative));
                return response.IsSuccessStatusCode && await response.Content.ReadAsStringAsync() == count;
            },
            $"{key} counts {count}",
            () => Host.Log);
}
