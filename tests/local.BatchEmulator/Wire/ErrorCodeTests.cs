using System.Net;
using System.Text.Json.Nodes;

namespace BatchEmulator.Tests.Wire;

/// <summary>The code by which a client tells one refusal from another.</summary>
[TestClass]
public sealed class ErrorCodeTests
{
    private const string Pool = """{"id":"pool","vmSize":"s"}""";
    private const string Job = """{"id":"job","poolInfo":{"poolId":"pool"}}""";
    private const string Task = """{"id":"task","commandLine":"true"}""";
    private const string Schedule = """
        {"id":"later","schedule":{"doNotRunUntil":"2999-01-01T00:00:00Z"},"jobSpecification":{"poolInfo":{"poolId":"pool"}}}
        """;

    private static EmulatorFixture emulator = null!;

    [ClassInitialize]
    public static async Task StartAsync(TestContext context)
    {
        emulator = await EmulatorFixture.StartAsync();
        foreach (var (path, body) in new[] { ("/pools", Pool), ("/jobs", Job), ("/jobs/job/tasks", Task), ("/jobschedules", Schedule) })
        {
            await emulator.Client.OkAsync("POST", path, JsonNode.Parse(body));
        }

        await emulator.Client.OkAsync("POST", "/jobs/job/tasks", JsonNode.Parse("""{"id":"over","commandLine":"true"}"""));
        await emulator.Client.OkAsync("POST", "/jobs/job/tasks/over/terminate");
    }

    [ClassCleanup]
    public static async Task StopAsync() => await emulator.DisposeAsync();

    [TestMethod]
    [DataRow("/pools", Pool, "PoolExists")]
    [DataRow("/jobs", Job, "JobExists")]
    [DataRow("/jobs/job/tasks", Task, "TaskExists")]
    [DataRow("/jobschedules", Schedule, "JobScheduleExists")]
    [DataRow("/jobs/job/tasks/over/terminate", null, "TaskCompleted")]
    [DataRow("/pools/pool/evaluateautoscale", """{"autoScaleFormula":"$TargetDedicatedNodes = 1"}""", "InvalidAutoScalingSettings")]
    public async Task A_conflict_has_a_code_of_its_own(string path, string? body, string code)
    {
        var json = body is null ? null : JsonNode.Parse(body);

        Assert.AreEqual(code, await emulator.Client.FailsAsync(HttpStatusCode.Conflict, "POST", path, json));
    }

    [TestMethod]
    [DataRow("GET", "/pools/none", "PoolNotFound")]
    [DataRow("GET", "/pools/none/nodes", "PoolNotFound")]
    [DataRow("POST", "/pools/none/stopresize", "PoolNotFound")]
    [DataRow("GET", "/pools/pool/nodes/none", "NodeNotFound")]
    [DataRow("POST", "/pools/pool/nodes/none/reboot", "NodeNotFound")]
    [DataRow("GET", "/pools/pool/nodes/none/files", "NodeNotFound")]
    [DataRow("GET", "/jobs/none", "JobNotFound")]
    [DataRow("GET", "/jobs/none/tasks", "JobNotFound")]
    [DataRow("GET", "/jobs/none/taskcounts", "JobNotFound")]
    [DataRow("DELETE", "/jobs/none", "JobNotFound")]
    [DataRow("GET", "/jobs/job/tasks/none", "TaskNotFound")]
    [DataRow("POST", "/jobs/job/tasks/none/terminate", "TaskNotFound")]
    [DataRow("GET", "/jobs/job/tasks/none/files", "TaskNotFound")]
    [DataRow("GET", "/jobs/job/tasks/none/subtasksinfo", "TaskNotFound")]
    [DataRow("GET", "/jobschedules/none", "JobScheduleNotFound")]
    [DataRow("GET", "/jobschedules/none/jobs", "JobScheduleNotFound")]
    public async Task What_is_not_there_is_told_by_its_kind(string method, string path, string code) =>
        Assert.AreEqual(code, await emulator.Client.FailsAsync(HttpStatusCode.NotFound, method, path));

    [TestMethod]
    [DataRow("/pools/pool", 200)]
    [DataRow("/pools/none", 404)]
    [DataRow("/jobschedules/later", 200)]
    [DataRow("/jobschedules/none", 404)]
    public async Task Existence_is_told_by_the_status(string path, int status) =>
        Assert.AreEqual(status, (int)(await emulator.Client.SendRawAsync("HEAD", path)).StatusCode);
}
