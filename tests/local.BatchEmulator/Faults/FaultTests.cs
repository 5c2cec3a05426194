using System.Net;
using System.Text.Json.Nodes;
using DurableMl.Local.BatchEmulator.Faults;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace BatchEmulator.Tests.Faults;

[TestClass]
public sealed class FaultTests
{
    [TestMethod]
    public async Task Throttled_requests_say_when_to_come_back_and_then_succeed()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.Client.OkAsync("POST", "/admin/faults", new JsonObject { ["kind"] = "throttle", ["method"] = "GET", ["path"] = "/pools*", ["count"] = 2, ["seconds"] = 3 });

        for (var i = 0; i < 2; i++)
        {
            var (status, body, response) = await emulator.Client.SendAsync("GET", "/pools");
            Assert.AreEqual(HttpStatusCode.TooManyRequests, status);
            Assert.AreEqual("TooManyRequests", (string?)body["code"]);
            Assert.AreEqual(TimeSpan.FromSeconds(3), response.Headers.RetryAfter!.Delta);
        }

        await emulator.Client.OkAsync("GET", "/jobs");
        await emulator.Client.OkAsync("GET", "/pools");
        Assert.IsEmpty((await emulator.Client.OkAsync("GET", "/admin/faults"))["value"]!.AsArray());
    }

    [TestMethod]
    public async Task A_node_that_does_not_start_is_unusable_until_it_is_rebooted()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.Client.OkAsync("POST", "/admin/faults", new JsonObject { ["kind"] = "nodeStart", ["pool"] = "pool", ["count"] = 1 });
        await emulator.Client.OkAsync("POST", "/pools", new JsonObject { ["id"] = "pool", ["vmSize"] = "s", ["targetDedicatedNodes"] = 1 });
        JsonNode? node = null;
        await Eventually.TrueAsync(async () => (string?)(node = (await emulator.Client.OkAsync("GET", "/pools/pool/nodes"))["value"]![0]!)["state"] == "unusable", "the node is unusable");
        Assert.HasCount(1, node!["errors"]!.AsArray());

        await emulator.Client.OkAsync("POST", $"/pools/pool/nodes/{node["id"]}/reboot");

        await Eventually.TrueAsync(async () => (string?)(await emulator.Client.OkAsync("GET", "/pools/pool/nodes"))["value"]![0]!["state"] == "idle", "the node is back");
    }

    [TestMethod]
    public async Task An_image_pull_can_be_made_to_fail_once()
    {
        await using var emulator = await EmulatorFixture.StartAsync(o => o.ContainerImages.Add(new() { Image = "*" }));
        await emulator.Client.OkAsync("POST", "/admin/faults", new JsonObject { ["kind"] = "imagePull", ["image"] = "mine/*", ["count"] = 1 });
        void InContainer(JsonObject t) => t["containerSettings"] = new JsonObject { ["imageName"] = "mine/image:2" };

        var first = await emulator.RunAsync("true", InContainer, "first");
        var second = await emulator.RunAsync("true", InContainer, "second");

        Assert.AreEqual("ContainerInvalidImage", (string?)first["executionInfo"]!["failureInfo"]!["code"]);
        Assert.AreEqual("success", (string?)second["executionInfo"]!["result"]);
    }

    [TestMethod]
    public async Task A_quota_leaves_a_pool_smaller_and_says_so()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.Client.OkAsync("POST", "/admin/faults", new JsonObject { ["kind"] = "quota", ["maxNodes"] = 1 });
        await emulator.Client.OkAsync("POST", "/pools", new JsonObject { ["id"] = "pool", ["vmSize"] = "s", ["targetLowPriorityNodes"] = 3 });

        JsonObject pool = [];
        await Eventually.TrueAsync(async () => (string?)(pool = await emulator.Client.OkAsync("GET", "/pools/pool"))["allocationState"] == "steady", "the pool is steady");

        Assert.AreEqual("AccountLowPriorityCoreQuotaReached", (string?)pool["resizeErrors"]![0]!["code"]);
        Assert.AreEqual(1, (int)pool["currentLowPriorityNodes"]!);
        Assert.AreEqual(3, (int)pool["targetLowPriorityNodes"]!);
    }

    [TestMethod]
    public async Task Web_pages_cannot_reach_the_admin_operations()
    {
        await using var emulator = await EmulatorFixture.StartAsync();

        await emulator.Client.FailsAsync(HttpStatusCode.Forbidden, "GET", "/admin/faults", headers: ("Origin", "http://example.test"));
        await emulator.Client.FailsAsync(HttpStatusCode.Forbidden, "GET", "/admin/faults", headers: ("Host", "rebound.test"));
    }

    [TestMethod]
    public async Task The_schedule_preempts_spot_nodes_by_chance_and_tasks_still_end_well()
    {
        await using var emulator = await EmulatorFixture.StartAsync(o =>
        {
            o.Faults.Seed = 7;
            o.Faults.PreemptionInterval = TimeSpan.FromSeconds(1);
            o.PreemptionGrace = TimeSpan.Zero;
        });
        await emulator.CreatePoolAsync(dedicated: 0, lowPriority: 3);
        await emulator.CreateJobAsync();
        var log = Path.Combine(emulator.DataDirectory, "starts");
        for (var i = 0; i < 8; i++)
        {
            await emulator.AddTaskAsync($"t{i}", $"/bin/sh -c 'echo {i} >> {log}; sleep 0.25'");
        }

        for (var i = 0; i < 8; i++)
        {
            Assert.AreEqual("success", (string?)(await emulator.WaitAsync($"t{i}"))["executionInfo"]!["result"]);
        }
    }

    [TestMethod]
    public async Task The_schedule_takes_spot_nodes_and_never_dedicated_ones()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 23, 8, 0, 0, TimeSpan.Zero));
        await using var emulator = await EmulatorFixture.StartAsync(o =>
        {
            o.Faults.Seed = 3;
            o.Faults.PreemptionInterval = TimeSpan.FromMinutes(10);
            o.PreemptedTime = TimeSpan.FromDays(1);
        }, clock);
        await emulator.Client.OkAsync("POST", "/pools", new JsonObject { ["id"] = "pool", ["vmSize"] = "s", ["targetDedicatedNodes"] = 2, ["targetLowPriorityNodes"] = 2 });
        clock.Advance(TimeSpan.FromSeconds(1));
        clock.Advance(TimeSpan.FromSeconds(1));

        for (var minute = 0; minute < 600; minute++)
        {
            clock.Advance(TimeSpan.FromMinutes(1));
        }

        var nodes = (await emulator.Client.OkAsync("GET", "/pools/pool/nodes"))["value"]!.AsArray();
        Assert.IsTrue(nodes.All(n => (string?)n!["state"] == ((bool)n["isDedicated"]! ? "idle" : "preempted")), nodes.ToJsonString());
    }

    [TestMethod]
    public async Task The_same_seed_gives_the_same_faults()
    {
        static async Task<string> OutcomesAsync(int seed)
        {
            var plan = new FaultPlan(new FaultScheduleOptions { Seed = seed, ThrottleProbability = 0.3 });
            var outcomes = "";
            for (var i = 0; i < 50; i++)
            {
                try
                {
                    await plan.MeetAsync(new DefaultHttpContext().Request, TimeProvider.System);
                    outcomes += ".";
                }
                catch (DurableMl.Local.BatchEmulator.Wire.BatchException e) when (e.Status == 429)
                {
                    outcomes += "x";
                }
            }

            return outcomes;
        }

        Assert.AreEqual(await OutcomesAsync(1), await OutcomesAsync(1));
        Assert.AreNotEqual(await OutcomesAsync(1), await OutcomesAsync(2));
    }
}
