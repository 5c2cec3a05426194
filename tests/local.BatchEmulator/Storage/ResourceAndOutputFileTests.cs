using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using Azure.Storage.Sas;

namespace BatchEmulator.Tests.Storage;

[TestClass]
public sealed class ResourceAndOutputFileTests
{
    private static AzuriteProcess azurite = null!;

    [ClassInitialize]
    public static async Task StartAzuriteAsync(TestContext _) => azurite = await AzuriteProcess.StartAsync();

    [ClassCleanup]
    public static async Task StopAzuriteAsync() => await azurite.DisposeAsync();

    [TestMethod]
    public async Task Resource_files_come_from_one_blob_or_from_a_container_with_a_prefix()
    {
        var container = await ContainerAsync("inputs");
        await container.UploadBlobAsync("code/run.sh", BinaryData.FromString("#!/bin/sh\ncat input/data/*\n"));
        await container.UploadBlobAsync("data/a.txt", BinaryData.FromString("a"));
        await container.UploadBlobAsync("data/b.txt", BinaryData.FromString("b"));
        await container.UploadBlobAsync("other/c.txt", BinaryData.FromString("c"));
        await using var emulator = await EmulatorFixture.StartAsync();

        var task = await emulator.RunAsync("./run.sh", t => t["resourceFiles"] = new JsonArray(
            new JsonObject { ["httpUrl"] = container.GetBlobClient("code/run.sh").GenerateSasUri(BlobSasPermissions.Read, DateTimeOffset.UtcNow.AddHours(1)).ToString(), ["filePath"] = "run.sh", ["fileMode"] = "0755" },
            new JsonObject { ["storageContainerUrl"] = Sas(container), ["blobPrefix"] = "data/", ["filePath"] = "input" }));

        Assert.AreEqual("success", (string?)task["executionInfo"]!["result"], task.ToJsonString());
        Assert.AreEqual("ab", await emulator.FileAsync("task", "stdout.txt"));
    }

    [TestMethod]
    public async Task A_missing_resource_file_fails_the_task_without_a_retry_and_hides_the_signature()
    {
        var container = await ContainerAsync("missing");
        await using var emulator = await EmulatorFixture.StartAsync();

        var task = await emulator.RunAsync("true", t =>
        {
            t["resourceFiles"] = new JsonArray(new JsonObject
            {
                ["httpUrl"] = container.GetBlobClient("gone").GenerateSasUri(BlobSasPermissions.Read, DateTimeOffset.UtcNow.AddHours(1)).ToString(), ["filePath"] = "gone",
            });
            t["constraints"] = new JsonObject { ["maxTaskRetryCount"] = 3 };
        });

        var info = task["executionInfo"]!;
        Assert.AreEqual("BlobNotFound", (string?)info["failureInfo"]!["code"]);
        Assert.AreEqual(0, (int)info["retryCount"]!);
        Assert.IsFalse(info.ToJsonString().Contains("sig=", StringComparison.Ordinal));
    }

    [TestMethod]
    public async Task Output_files_are_stored_as_their_conditions_and_patterns_say()
    {
        var container = await ContainerAsync("outputs");
        await using var emulator = await EmulatorFixture.StartAsync();
        JsonObject Output(string pattern, string condition, string? path) => new()
        {
            ["filePattern"] = pattern,
            ["destination"] = new JsonObject { ["container"] = new JsonObject { ["containerUrl"] = Sas(container), ["path"] = path } },
            ["uploadOptions"] = new JsonObject { ["uploadCondition"] = condition },
        };

        var task = await emulator.RunAsync("/bin/sh -c 'mkdir -p out/deep; echo 1 > out/one.bin; echo 2 > out/deep/two.bin; echo no > out/no.txt; echo log; exit 3'", t =>
            t["outputFiles"] = new JsonArray(
                Output("out/**/*.bin", "taskcompletion", "all"),
                Output("../std*.txt", "TaskFailure", "logs"),
                Output("out/no.txt", "taskfailure", "renamed.txt"),
                Output("out/*.bin", "tasksuccess", "never")));

        Assert.AreEqual("FailureExitCode", (string?)task["executionInfo"]!["failureInfo"]!["code"], task.ToJsonString());
        var blobs = container.GetBlobs().Select(b => b.Name).Order(StringComparer.Ordinal).ToArray();
        CollectionAssert.AreEqual(new[] { "all/deep/two.bin", "all/one.bin", "logs/stderr.txt", "logs/stdout.txt", "renamed.txt" }, blobs);
        Assert.AreEqual("log\n", (await container.GetBlobClient("logs/stdout.txt").DownloadContentAsync()).Value.Content.ToString());
    }

    [TestMethod]
    [DataRow("[z-a].txt", "https://account.blob.core.windows.net/c", "", "filePattern")]
    [DataRow("*.txt", "not a url", "", "containerUrl")]
    [DataRow("*.txt", "https://account.blob.core.windows.net/c", "x-ms-meta-a", "uploadHeaders")]
    public async Task A_wrong_output_file_is_refused_when_the_task_is_added(string pattern, string url, string header, string property)
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.CreatePoolAsync(dedicated: 0);
        await emulator.CreateJobAsync();
        var container = new JsonObject { ["containerUrl"] = url };
        if (header.Length > 0)
        {
            container["uploadHeaders"] = new JsonArray(new JsonObject { ["name"] = header, ["value"] = "b" });
        }

        var (status, body, _) = await emulator.Client.SendAsync("POST", "/jobs/job/tasks", new JsonObject
        {
            ["id"] = "t",
            ["commandLine"] = "true",
            ["outputFiles"] = new JsonArray(new JsonObject
            {
                ["filePattern"] = pattern,
                ["destination"] = new JsonObject { ["container"] = container },
                ["uploadOptions"] = new JsonObject { ["uploadCondition"] = "taskcompletion" },
            }),
        });

        Assert.AreEqual(400, (int)status);
        StringAssert.Contains(body["values"]!.ToJsonString(), property);
    }

    [TestMethod]
    public async Task An_upload_that_is_refused_fails_a_task_that_had_succeeded()
    {
        var container = await ContainerAsync("refused");
        var readOnly = container.GenerateSasUri(BlobContainerSasPermissions.Read, DateTimeOffset.UtcNow.AddHours(1)).ToString();
        await using var emulator = await EmulatorFixture.StartAsync();

        var info = (await emulator.RunAsync("/bin/sh -c 'echo x > x.txt'", t => t["outputFiles"] = new JsonArray(new JsonObject
        {
            ["filePattern"] = "x.txt",
            ["destination"] = new JsonObject { ["container"] = new JsonObject { ["containerUrl"] = readOnly } },
            ["uploadOptions"] = new JsonObject { ["uploadCondition"] = "taskcompletion" },
        })))["executionInfo"]!;

        Assert.AreEqual("failure", (string?)info["result"]);
        Assert.AreEqual(0, (int)info["exitCode"]!);
        StringAssert.StartsWith((string)info["failureInfo"]!["code"]!, "FileUpload");
    }

    private static string Sas(BlobContainerClient container) =>
        container.GenerateSasUri(BlobContainerSasPermissions.All, DateTimeOffset.UtcNow.AddHours(1)).ToString();

    private static async Task<BlobContainerClient> ContainerAsync(string name)
    {
        var container = new BlobContainerClient(azurite.ConnectionString, name);
        await container.CreateAsync();
        return container;
    }
}
