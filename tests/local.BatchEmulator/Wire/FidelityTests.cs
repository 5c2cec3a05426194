using System.Net;
using System.Text.Json.Nodes;

namespace BatchEmulator.Tests.Wire;

/// <summary>Rules of the REST reference that clients have run into.</summary>
[TestClass]
public sealed class FidelityTests
{
    [TestMethod]
    [DataRow("2022-10-01.16.0")]
    [DataRow("2023-05-01.17.0")]
    [DataRow("2023-11-01.18.0")]
    [DataRow("2024-02-01.19.0")]
    [DataRow("2024-07-01.20.0")]
    [DataRow("2025-06-01")]
    public async Task Every_version_from_2022_to_2025_is_spoken(string version)
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        emulator.Client.Version = version;

        Assert.AreEqual("success", (string?)(await emulator.RunAsync("true"))["executionInfo"]!["result"]);
    }

    [TestMethod]
    [DataRow("/pools?$select=id,colour", "colour")]
    [DataRow("/jobs?$select=id,executionInfo/poolID,executionInfo/nothing", "nothing")]
    [DataRow("/jobs?$filter=colour%20eq%20'red'", "colour")]
    [DataRow("/jobs/job/tasks?$filter=state%20eq%20'active'%20and%20execution/exitCode%20eq%201", "execution")]
    [DataRow("/jobs/job/tasks/task?$select=ids", "ids")]
    [DataRow("/pools/pool/nodes?$filter=idle%20eq%20true", "idle")]
    [DataRow("/jobs/job/tasks/task/files?$filter=startswith(path,'wd')", "path")]
    public async Task A_property_that_does_not_exist_is_refused_by_name(string path, string property)
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.RunAsync("true");

        var (status, body, _) = await emulator.Client.SendAsync("GET", path);

        Assert.AreEqual((HttpStatusCode.BadRequest, "InvalidQueryParameterValue"), (status, (string?)body["code"]));
        StringAssert.Contains(body["values"]!.ToJsonString(), property);
    }

    [TestMethod]
    public async Task A_job_action_needs_a_job_that_acts_on_failures()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.CreatePoolAsync();
        await emulator.CreateJobAsync();
        await emulator.CreateJobAsync("acts", j => j["onTaskFailure"] = "performexitoptionsjobaction");
        JsonObject Task(string condition, JsonNode value) => new() { ["id"] = "t", ["commandLine"] = "true", ["exitConditions"] = new JsonObject { [condition] = value } };
        JsonObject Options() => new() { ["jobAction"] = "terminate" };
        foreach (var (condition, value) in ((string, JsonNode)[])
            [
                ("exitCodes", new JsonArray(new JsonObject { ["code"] = 1, ["exitOptions"] = Options() })), ("default", Options()), ("fileUploadError", Options()), ("preProcessingError", Options()),
                ("exitCodeRanges", new JsonArray(new JsonObject { ["start"] = 1, ["end"] = 2, ["exitOptions"] = Options() })),
            ])
        {
            var (status, body, _) = await emulator.Client.SendAsync("POST", "/jobs/job/tasks", Task(condition, value));
            Assert.AreEqual((HttpStatusCode.BadRequest, "InvalidPropertyValue"), (status, (string?)body["code"]), condition);
            StringAssert.Contains(body["values"]!.ToJsonString(), "jobAction");
        }

        await emulator.Client.OkAsync("POST", "/jobs/job/tasks", Task("default", new JsonObject { ["dependencyAction"] = "satisfy" }));
        await emulator.Client.OkAsync("POST", "/jobs/acts/tasks", Task("default", Options()));
    }

    [TestMethod]
    public async Task An_exit_code_that_is_listed_goes_before_an_upload_error()
    {
        await using var azurite = await AzuriteProcess.StartAsync();
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.CreatePoolAsync();
        foreach (var (job, code, expected) in ((string, int, string)[])[("listed", 3, "active"), ("other", 4, "completed")])
        {
            await emulator.CreateJobAsync(job, j => j["onTaskFailure"] = "performexitoptionsjobaction");
            await emulator.AddTaskAsync("task", $"/bin/sh -c 'echo x > out; exit {code}'", t =>
            {
                t["outputFiles"] = new JsonArray(new JsonObject
                {
                    ["filePattern"] = "out",
                    ["destination"] = new JsonObject { ["container"] = new JsonObject { ["containerUrl"] = $"{azurite.BlobEndpoint}/unsigned" } },
                    ["uploadOptions"] = new JsonObject { ["uploadCondition"] = "taskcompletion" },
                });
                t["exitConditions"] = new JsonObject
                {
                    ["exitCodes"] = new JsonArray(new JsonObject { ["code"] = 3, ["exitOptions"] = new JsonObject { ["jobAction"] = "none" } }),
                    ["fileUploadError"] = new JsonObject { ["jobAction"] = "terminate" },
                };
            }, job);
            var task = await emulator.WaitAsync("task", job: job);
            Assert.AreEqual("FileUploadMiscError", (string?)task["executionInfo"]!["failureInfo"]!["code"], task.ToJsonString());
            await Eventually.TrueAsync(async () => (string?)(await emulator.Client.OkAsync("GET", $"/jobs/{job}"))["state"] == expected, $"the job is {expected}");
        }
    }

    [TestMethod]
    [DataRow("PT15M", true)]
    [DataRow("PT15M1S", false)]
    [DataRow("P10675199DT2H48M5.4775807S", false)]
    public async Task A_release_task_may_last_fifteen_minutes(string limit, bool allowed)
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.CreatePoolAsync();
        var job = new JsonObject
        {
            ["id"] = "job",
            ["poolInfo"] = new JsonObject { ["poolId"] = "pool" },
            ["jobPreparationTask"] = new JsonObject { ["commandLine"] = "true" },
            ["jobReleaseTask"] = new JsonObject { ["commandLine"] = "true", ["maxWallClockTime"] = limit },
        };

        if (allowed)
        {
            await emulator.Client.OkAsync("POST", "/jobs", job);
        }
        else
        {
            Assert.AreEqual("InvalidPropertyValue", await emulator.Client.FailsAsync(HttpStatusCode.BadRequest, "POST", "/jobs", job));
        }
    }

    [TestMethod]
    public async Task Variables_whose_names_a_shell_would_refuse_reach_the_task()
    {
        await using var emulator = await EmulatorFixture.StartAsync();

        (string Name, string Value)[] variables = [("spring.datasource.url", "jdbc:a=b"), ("my-flag", "two\nlines\n"), ("with space", "$HOME `id`"), ("IFS", ":"), ("OK", "'4'")];
        await emulator.RunAsync("/usr/bin/env", t => t["environmentSettings"] = new JsonArray(
            [.. variables.Select(v => new JsonObject { ["name"] = v.Name, ["value"] = v.Value })]));

        var output = await emulator.FileAsync("task", "stdout.txt");
        foreach (var line in (string[])["spring.datasource.url=jdbc:a=b\n", "my-flag=two\nlines\n\n", "with space=$HOME `id`\n", "IFS=:\n", "OK='4'\n"])
        {
            StringAssert.Contains(output, line);
        }

        Assert.IsFalse(output.Contains("DURABLEML_BATCH_ENV", StringComparison.Ordinal));
        Assert.AreEqual("InvalidPropertyValue", await emulator.Client.FailsAsync(HttpStatusCode.BadRequest, "POST", "/jobs/job/tasks", new JsonObject
        {
            ["id"] = "none",
            ["commandLine"] = "true",
            ["environmentSettings"] = new JsonArray(new JsonObject { ["name"] = "a=b", ["value"] = "" }),
        }));
    }
}
