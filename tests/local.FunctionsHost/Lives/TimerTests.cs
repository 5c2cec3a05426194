using System.Text.Json.Nodes;

namespace FunctionsHost.Tests.Lives;

[TestClass]
public sealed class TimerTests
{
    [TestMethod]
    public async Task A_timer_fires_again_and_again()
    {
        await Eventually.TrueAsync(() => SharedHost.Instance.Recorded("every-second").Length >= 2, "the timer fired twice", () => SharedHost.Instance.Log);
        Assert.AreEqual("late=False", SharedHost.Instance.Recorded("every-second")[0]);
    }

    [TestMethod]
    public async Task RunOnStartup_fires_at_the_start() =>
        await Eventually.TrueAsync(() => SharedHost.Instance.Recorded("at-start").Length == 1, "the timer fired", () => SharedHost.Instance.Log);

    [TestMethod]
    public async Task A_failed_invocation_is_repeated_as_the_retry_policy_says()
    {
        await SharedHost.Instance.RecordedAsync("retried", "2 of 2");
        CollectionAssert.AreEqual(new[] { "0 of 2", "1 of 2", "2 of 2" }, SharedHost.Instance.Recorded("retried"));
    }

    [TestMethod]
    public async Task An_occurrence_that_was_missed_while_the_host_was_down_is_made_up_for()
    {
        await using var host = await HostProcess.StartAsync(new HostSettings { Only = ["Yearly"] });
        var path = Path.Combine(host.State, "timers", "Host.Functions.Yearly.json");
        await Eventually.TrueAsync(() => File.Exists(path), "the timer's status is kept", () => host.Log);
        host.Terminate();
        await host.WaitForExitAsync();
        Assert.AreEqual(0, host.Recorded("yearly").Length);

        var status = JsonNode.Parse(await File.ReadAllTextAsync(path))!;
        status["Last"] = "2020-01-01T00:00:00Z";
        status["Next"] = "2021-01-01T00:00:00Z";
        status["LastUpdated"] = "2020-01-01T00:00:00Z";
        await File.WriteAllTextAsync(path, status.ToJsonString());
        await host.RestartAsync();
        await host.RecordedAsync("yearly", "late=True");
    }
}
