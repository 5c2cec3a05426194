using System.Text.Json.Nodes;

namespace BatchEmulator.Tests.Wire;

/// <summary>What a client sets is what it reads back.</summary>
[TestClass]
public sealed class RoundTripTests
{
    [TestMethod]
    public async Task What_was_set_comes_back()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await SetAsync("/pools", "/pools/pool", """
            {
              "id": "pool", "displayName": "a pool", "vmSize": "standard_nc4as_t4_v3",
              "targetDedicatedNodes": 0, "targetLowPriorityNodes": 0, "taskSlotsPerNode": 4, "enableInterNodeCommunication": false,
              "resizeTimeout": "PT20M", "metadata": [{ "name": "a", "value": "b" }],
              "virtualMachineConfiguration": {
                "imageReference": { "publisher": "microsoft-dsvm", "offer": "ubuntu-hpc", "sku": "2404", "version": "latest" },
                "nodeAgentSKUId": "batch.node.ubuntu 24.04",
                "containerConfiguration": { "type": "dockerCompatible", "containerImageNames": ["image:1"] }
              }
            }
            """);
        await SetAsync("/jobs", "/jobs/job", """
            {
              "id": "job", "displayName": "a job", "priority": 5, "usesTaskDependencies": true, "onAllTasksComplete": "noaction",
              "constraints": { "maxWallClockTime": "PT5H", "maxTaskRetryCount": 2 }, "poolInfo": { "poolId": "pool" },
              "commonEnvironmentSettings": [{ "name": "A", "value": "1" }], "metadata": [{ "name": "a", "value": "b" }]
            }
            """);
        await SetAsync("/jobs/job/tasks", "/jobs/job/tasks/task", """
            {
              "id": "task", "displayName": "a task", "commandLine": "x y", "requiredSlots": 2,
              "dependsOn": { "taskIds": ["other"], "taskIdRanges": [{ "start": 1, "end": 5 }] },
              "containerSettings": {
                "imageName": "image:1", "workingDirectory": "taskWorkingDirectory", "containerRunOptions": "--network=host"
              },
              "resourceFiles": [{ "httpUrl": "http://127.0.0.1:1/x?sig=a%2Bb", "filePath": "x" }],
              "outputFiles": [{
                "filePattern": "../std*.txt",
                "destination": { "container": { "path": "logs", "containerUrl": "http://127.0.0.1:1/runs?sig=x" } },
                "uploadOptions": { "uploadCondition": "taskcompletion" }
              }],
              "exitConditions": { "exitCodeRanges": [{ "start": 1, "end": 9, "exitOptions": { "dependencyAction": "block" } }] },
              "environmentSettings": [{ "name": "B", "value": "2" }],
              "constraints": { "maxWallClockTime": "PT3M", "retentionTime": "P7D", "maxTaskRetryCount": 0 },
              "userIdentity": { "autoUser": { "scope": "pool", "elevationLevel": "nonadmin" } }
            }
            """);
        await SetAsync("/jobschedules", "/jobschedules/schedule", """
            {
              "id": "schedule", "displayName": "a schedule",
              "schedule": { "doNotRunUntil": "2999-01-01T00:00:00.0000000Z", "recurrenceInterval": "PT1H", "startWindow": "PT5M" },
              "jobSpecification": { "priority": 3, "poolInfo": { "poolId": "pool" } }, "metadata": [{ "name": "a", "value": "b" }]
            }
            """);

        async Task SetAsync(string path, string document, string json)
        {
            var set = JsonNode.Parse(json)!.AsObject();
            await emulator.Client.OkAsync("POST", path, set);
            var read = await emulator.Client.OkAsync("GET", document);
            foreach (var (name, value) in set)
            {
                Assert.IsTrue(JsonNode.DeepEquals(value, read[name]), $"{document} {name}: {read[name]?.ToJsonString()}");
            }

            Assert.AreEqual(emulator.Host.Url + document, (string?)read["url"]);
            Assert.AreEqual("active", (string?)read["state"]);
        }
    }

    [TestMethod]
    public async Task The_changeable_parts_of_a_job_a_task_and_a_schedule_are_replaced_whole()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.CreatePoolAsync(dedicated: 0);
        await emulator.CreateJobAsync(change: j => j["constraints"] = JsonNode.Parse("""{"maxTaskRetryCount":2}"""));
        await emulator.AddTaskAsync("task", "true", t => t["constraints"] = JsonNode.Parse("""{"retentionTime":"PT1H"}"""));
        await emulator.Client.OkAsync("POST", "/jobschedules", JsonNode.Parse("""
            {
              "id": "schedule", "schedule": { "doNotRunUntil": "2999-01-01T00:00:00Z", "recurrenceInterval": "PT1H" },
              "jobSpecification": { "poolInfo": { "poolId": "pool" } }
            }
            """));

        // As clients do it: with all that they read of it.
        await ReplaceAsync("/jobs/job", job =>
        {
            job["priority"] = 7;
            job.Remove("constraints");
        });
        await ReplaceAsync(
            "/jobs/job/tasks/task", task => task["constraints"] = JsonNode.Parse("""{"maxTaskRetryCount":3,"maxWallClockTime":"PT1H"}"""));
        await ReplaceAsync("/jobschedules/schedule", schedule =>
        {
            schedule["schedule"] = JsonNode.Parse("""{"recurrenceInterval":"PT2H"}""");
            schedule["jobSpecification"]!["priority"] = 9;
        });

        var job = await emulator.Client.OkAsync("GET", "/jobs/job");
        Assert.AreEqual(7, (int)job["priority"]!);
        Assert.AreNotEqual(2, (int?)job["constraints"]?["maxTaskRetryCount"]);
        var constraints = (await emulator.TaskAsync("task"))["constraints"]!;
        Assert.AreEqual(("PT1H", 3), ((string?)constraints["maxWallClockTime"], (int)constraints["maxTaskRetryCount"]!));
        Assert.AreNotEqual("PT1H", (string?)constraints["retentionTime"]);
        JsonArray jobs = [];
        await Eventually.TrueAsync(
            async () => (jobs = (await emulator.Client.OkAsync("GET", "/jobschedules/schedule/jobs"))["value"]!.AsArray()).Count == 1,
            "the schedule, which no longer waits, has made a job");
        Assert.AreEqual(9, (int)jobs[0]!["priority"]!);

        async Task ReplaceAsync(string path, Action<JsonObject> change)
        {
            var document = await emulator.Client.OkAsync("GET", path);
            change(document);
            await emulator.Client.OkAsync("PUT", path, document);
        }
    }
}
