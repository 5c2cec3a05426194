using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;

namespace BatchEmulator.Tests.Autoscale;

[TestClass]
public sealed class AutoScaleTests
{
    private const string SpotToZero = """
        pct = $PendingTasks.GetSamplePercent(180 * TimeInterval_Second);
        p = pct < 70 ? max(0, $PendingTasks.GetSample(1)) : max($PendingTasks.GetSample(1), avg($PendingTasks.GetSample(180 * TimeInterval_Second)));
        $TargetLowPriorityNodes = min(4, p); $TargetDedicatedNodes = 0; $NodeDeallocationOption = taskcompletion;
        """;

    [TestMethod]
    public async Task A_pool_grows_with_its_tasks_and_shrinks_to_nothing_after_them()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 23, 8, 0, 0, TimeSpan.Zero));
        await using var emulator = await EmulatorFixture.StartAsync(clock: clock);
        await emulator.Client.OkAsync("POST", "/pools", new JsonObject
        {
            ["id"] = "pool", ["vmSize"] = "s", ["enableAutoScale"] = true, ["autoScaleFormula"] = SpotToZero, ["autoScaleEvaluationInterval"] = "PT5M",
        });
        await emulator.CreateJobAsync();
        foreach (var i in Enumerable.Range(0, 3))
        {
            await emulator.AddTaskAsync($"t{i}", "true");
        }

        await AdvanceAsync(clock, TimeSpan.FromMinutes(6));
        foreach (var i in Enumerable.Range(0, 3))
        {
            await emulator.WaitAsync($"t{i}");
        }

        var pool = await emulator.Client.OkAsync("GET", "/pools/pool");
        Assert.AreEqual(3, (int)pool["targetLowPriorityNodes"]!);
        StringAssert.StartsWith((string)pool["autoScaleRun"]!["results"]!, "$TargetDedicatedNodes=0;$TargetLowPriorityNodes=3;$NodeDeallocationOption=taskcompletion;p=3;");

        await AdvanceAsync(clock, TimeSpan.FromMinutes(10));
        await Eventually.TrueAsync(async () => (await emulator.Client.OkAsync("GET", "/pools/pool/nodes"))["value"]!.AsArray().Count == 0, "the pool is empty");
    }

    [TestMethod]
    public async Task A_resize_by_request_needs_automatic_scaling_off_and_formulas_can_be_tried_while_it_is_on()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.CreatePoolAsync(dedicated: 2);
        Assert.AreEqual("InvalidAutoScalingSettings", await emulator.Client.FailsAsync(HttpStatusCode.Conflict, "POST", "/pools/pool/evaluateautoscale", Formula("$TargetDedicatedNodes = 7")));

        await emulator.Client.OkAsync("POST", "/pools/pool/enableautoscale", Formula("$TargetDedicatedNodes = $TargetDedicatedNodes;"));

        Assert.AreEqual("InvalidAutoScalingSettings", await emulator.Client.FailsAsync(HttpStatusCode.Conflict, "POST", "/pools/pool/resize", new JsonObject { ["targetDedicatedNodes"] = 1 }));
        Assert.AreEqual("TooManyEnableAutoScaleRequests", await emulator.Client.FailsAsync(HttpStatusCode.Conflict, "POST", "/pools/pool/enableautoscale", Formula("$TargetDedicatedNodes = 1")));
        var run = await emulator.Client.OkAsync("POST", "/pools/pool/evaluateautoscale", Formula("$TargetDedicatedNodes = 7; spare = $TargetDedicatedNodes - 1"));
        Assert.AreEqual("$TargetDedicatedNodes=7;$TargetLowPriorityNodes=0;$NodeDeallocationOption=requeue;spare=6", (string?)run["results"]);
        run = await emulator.Client.OkAsync("POST", "/pools/pool/evaluateautoscale", Formula("$TargetDedicatedNodes = nothing"));
        StringAssert.Contains((string)run["error"]!["message"]!, "nothing is not defined");
        await emulator.Client.OkAsync("POST", "/pools/pool/disableautoscale");
        await emulator.Client.OkAsync("POST", "/pools/pool/resize", new JsonObject { ["targetDedicatedNodes"] = 1 });
    }

    [TestMethod]
    public async Task A_formula_sizes_the_pool_once_it_is_enabled_and_leaves_it_so_when_it_is_disabled()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.CreatePoolAsync(dedicated: 1);

        await emulator.Client.OkAsync("POST", "/pools/pool/enableautoscale", Formula("$TargetLowPriorityNodes = 2; $TargetDedicatedNodes = 0;"));
        JsonObject pool = [];
        await Eventually.TrueAsync(
            async () =>
            {
                pool = await emulator.Client.OkAsync("GET", "/pools/pool");
                return ((int)pool["currentLowPriorityNodes"]!, (int)pool["currentDedicatedNodes"]!) == (2, 0);
            },
            "the formula has its nodes",
            () => pool.ToJsonString());
        await emulator.Client.OkAsync("POST", "/pools/pool/disableautoscale");

        Assert.IsTrue((bool)pool["enableAutoScale"]!);
        StringAssert.Contains((string)pool["autoScaleRun"]!["results"]!, "$TargetLowPriorityNodes=2");
        pool = await emulator.Client.OkAsync("GET", "/pools/pool");
        Assert.AreNotEqual(true, (bool?)pool["enableAutoScale"]);
        Assert.AreEqual(2, (int)pool["targetLowPriorityNodes"]!);
    }

    [TestMethod]
    public async Task A_formula_that_cannot_be_read_or_an_interval_out_of_range_is_refused()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        JsonObject Pool(string formula, string interval) => new()
        {
            ["id"] = "p", ["vmSize"] = "s", ["enableAutoScale"] = true, ["autoScaleFormula"] = formula, ["autoScaleEvaluationInterval"] = interval,
        };

        Assert.AreEqual("AutoScalingFormulaSyntaxError", await emulator.Client.FailsAsync(HttpStatusCode.BadRequest, "POST", "/pools", Pool("$TargetDedicatedNodes = (", "PT5M")));
        Assert.AreEqual("InvalidPropertyValue", await emulator.Client.FailsAsync(HttpStatusCode.BadRequest, "POST", "/pools", Pool("$TargetDedicatedNodes = 0", "PT4M59S")));
        Assert.AreEqual("AutoScaleFormulaTooLong", await emulator.Client.FailsAsync(HttpStatusCode.BadRequest, "POST", "/pools", Pool("a = 1;" + new string(' ', 8200), "PT5M")));
    }

    private static JsonObject Formula(string formula) => new() { ["autoScaleFormula"] = formula };

    /// <summary>In small steps, so that what was planned meanwhile comes in order.</summary>
    private static async Task AdvanceAsync(FakeTimeProvider clock, TimeSpan time)
    {
        for (var step = TimeSpan.Zero; step < time; step += TimeSpan.FromSeconds(5))
        {
            clock.Advance(TimeSpan.FromSeconds(5));
            await Task.Yield();
        }
    }
}
