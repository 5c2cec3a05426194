using System.Diagnostics;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;

namespace BatchEmulator.Tests.Wire;

/// <summary>Microsoft's JavaScript client, unchanged, as the independent judge of the wire format.</summary>
[TestClass]
public sealed class JavaScriptClientTests
{
    [TestMethod]
    public async Task Microsofts_JavaScript_client_works_unchanged()
    {
        await using var emulator = await EmulatorFixture.StartAsync();

        var seen = await RunAsync("client.js", emulator);

        Assert.AreEqual("""{"state":"active","fill":"pack","created":true}""", seen["pool"]!.ToJsonString());
        Assert.IsTrue((bool)seen["poolExists"]!);
        Assert.IsFalse((bool)seen["poolMissing"]!);
        Assert.AreEqual("""["enabled","enabled"]""", seen["nodes"]!.ToJsonString());
        Assert.AreEqual(2, (int)seen["counts"]!);
        Assert.AreEqual("JobExists", (string?)seen["jobTwice"]);
        Assert.AreEqual("PoolNotFound", (string?)seen["noPool"]);
        Assert.AreEqual("""[["two","success",""],["one","clienterror","TaskExists"]]""", seen["added"]!.ToJsonString());
        Assert.AreEqual("""{"exitCode":0,"result":"success","ended":true}""", seen["task"]!.ToJsonString());
        Assert.AreEqual("hello\n", (string?)seen["stdout"]);
        Assert.AreEqual(6, (int)seen["length"]!);
        Assert.IsFalse((bool)seen["directory"]!);
        Assert.AreEqual("""["stderr.txt","stdout.txt","wd"]""", seen["files"]!.ToJsonString());
        Assert.AreEqual("""{"active":0,"running":0,"completed":2,"succeeded":2,"failed":0}""", seen["taskCounts"]!.ToJsonString());
        Assert.AreEqual("""["one","two","page0","page1","page2","page3","page4"]""", seen["paged"]!.ToJsonString());
        Assert.AreEqual("""["page0","page1","page2","page4"]""", seen["filtered"]!.ToJsonString());
        Assert.AreEqual("enough", (string?)seen["reason"]);
        Assert.AreEqual("JobCompleted", (string?)seen["late"]);
        Assert.AreEqual("JobNotFound", (string?)seen["gone"]);
        Assert.AreEqual("PoolNotFound", (string?)seen["poolGone"]);
        Assert.AreEqual("NotImplemented", (string?)seen["unsupported"]);
    }

    [TestMethod]
    public async Task The_rest_of_the_operations_work_with_it_too()
    {
        await using var emulator = await EmulatorFixture.StartAsync(o => o.TerminationGrace = TimeSpan.FromMilliseconds(20));

        var seen = await RunAsync("operations.js", emulator);

        Assert.AreEqual("$TargetDedicatedNodes=5;$TargetLowPriorityNodes=0;$NodeDeallocationOption=requeue", (string?)seen["evaluated"]);
        Assert.AreEqual("""["b",""]""", seen["metadata"]!.ToJsonString());
        Assert.AreEqual("ConditionNotMet", (string?)seen["condition"]);
        Assert.AreEqual("""["offline","idle","idle","idle"]""", seen["nodeStates"]!.ToJsonString());
        Assert.AreEqual("hello\n", (string?)seen["nodeFile"]);
        // The client leaves the body of a failed download unread.
        StringAssert.Contains((string)seen["deletedFile"]!, "404");
        Assert.AreEqual("""["disabled",7,"disabled","active"]""", seen["job"]!.ToJsonString());
        Assert.AreEqual("success", (string?)seen["preparation"]);
        Assert.AreEqual("""["TaskEnded","failure","TaskNotFound"]""", seen["task"]!.ToJsonString());
        Assert.AreEqual("""[1,"completed",0]""", seen["subtask"]!.ToJsonString());
        Assert.AreEqual("""["active","disabled","active","completed","js-schedule:job-1",true,false]""", seen["schedule"]!.ToJsonString());
        Assert.AreEqual("""["js-schedule"]""", seen["schedules"]!.ToJsonString());
        Assert.IsGreaterThan(0, (int)seen["images"]!);
        Assert.AreEqual(1, (int)seen["nodesLeft"]!);
    }

    [TestMethod]
    public async Task Mounts_and_auto_storage_containers_are_those_of_the_linked_account()
    {
        await using var azurite = await AzuriteProcess.StartAsync();
        var (mounted, auto) = (new BlobContainerClient(azurite.ConnectionString, "mounted"), new BlobContainerClient(azurite.ConnectionString, "auto"));
        await mounted.CreateAsync();
        await auto.CreateAsync();
        await mounted.UploadBlobAsync("deep/a.txt", BinaryData.FromString("a\n"));
        await auto.UploadBlobAsync("lib.txt", BinaryData.FromString("lib\n"));
        await auto.UploadBlobAsync("other.txt", BinaryData.FromString("other\n"));
        await using var emulator = await EmulatorFixture.StartAsync(o => o.Storage = azurite.ConnectionString);

        var seen = await RunAsync("storage.js", emulator, AzuriteProcess.AccountName, AzuriteProcess.AccountKey);

        Assert.AreEqual("a\nlib\n", (string?)seen["startTask"]);
        Assert.AreEqual("""["mounted","data/in",true]""", seen["mount"]!.ToJsonString());
        Assert.AreEqual("success", (string?)seen["writes"]);
        Assert.AreEqual("lib\nlib\n", (string?)seen["stdout"]);
        Assert.IsTrue(seen["refused"]!.AsArray().All(code => (string?)code == "InvalidPropertyValue"), seen["refused"]!.ToJsonString());
        CollectionAssert.AreEqual(new[] { "out/b.txt" }, mounted.GetBlobs().Select(b => b.Name).ToArray());
        Assert.AreEqual("new\n", (await mounted.GetBlobClient("out/b.txt").DownloadContentAsync()).Value.Content.ToString());
    }

    private static async Task<JsonObject> RunAsync(string script, EmulatorFixture emulator, params string[] more)
    {
        var start = new ProcessStartInfo("node") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])
            ["--no-deprecation", Path.Combine(AppContext.BaseDirectory, "js", script), Repository.NodeModules, emulator.Host.Url, emulator.Host.AccountName, emulator.Host.AccountKey, .. more])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Patience.Limit);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }

        Assert.AreEqual(0, process.ExitCode, await errors);
        return JsonNode.Parse(await output)!.AsObject();
    }
}
