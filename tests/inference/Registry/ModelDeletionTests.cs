using System.Text;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using DurableMl.Registry;

namespace Inference.Tests.Registry;

/// <summary>Models and versions deleted over HTTP, while servers have them in memory.</summary>
[TestClass]
public sealed class ModelDeletionTests(TestContext context)
{
    private static InferenceHost host = null!;

    private CancellationToken Token => context.CancellationToken;

    [ClassInitialize]
    public static async Task StartAsync(TestContext context) => host = await InferenceHost.StartAsync();

    [ClassCleanup]
    public static async Task StopAsync() => await host.DisposeAsync();

    [TestMethod]
    public async Task A_deleted_version_is_gone_with_its_files_and_its_number_is_not_given_again()
    {
        string model = await TwoVersionsAsync();
        (int status, JsonNode removed) = await DeleteAsync($"api/models/{model}/versions/2");

        Assert.AreEqual(200, status, removed.ToJsonString());
        Assert.AreEqual(3, (int)removed["blobs"]!, "manifest, claim and model");
        Assert.IsEmpty(await BlobsAsync($"{model}/2/"));
        CollectionAssert.AreEqual(new[] { "1" }, (await host.Registry.ListVersionsAsync(model, Token)).ToArray());
        Assert.AreEqual(404, (await host.Client.GetJsonAsync($"api/models/{model}/versions/2")).Status);
        Assert.AreEqual("3", await host.PublishAsync(model, OnnxModel.Add(3), alias: null));
    }

    [TestMethod]
    public async Task Deleting_again_removes_nothing_more_and_what_never_was_is_not_found()
    {
        string model = await TwoVersionsAsync();
        await DeleteAsync($"api/models/{model}/versions/2");
        (int status, JsonNode again) = await DeleteAsync($"api/models/{model}/versions/2");

        Assert.AreEqual((200, 0), (status, (int)again["blobs"]!), again.ToJsonString());
        Assert.AreEqual(404, (await DeleteAsync($"api/models/{model}/versions/7")).Status);
        Assert.AreEqual(404, (await DeleteAsync("api/models/never-there")).Status);
        Assert.AreEqual(400, (await DeleteAsync($"api/models/{model}/versions/first")).Status);
    }

    [TestMethod]
    public async Task What_an_alias_or_a_rule_leads_to_stays_and_the_refusal_names_it()
    {
        string model = await TwoVersionsAsync();
        string other = NewName();
        await host.PublishAsync(other, OnnxModel.Add(1));
        await host.SetTrafficAsync(other, $$"""{ "route": { "type": "version", "target": { "version": "2", "model": "{{model}}" } } }""");

        (int champion, JsonNode byAlias) = await DeleteAsync($"api/models/{model}/versions/1");
        (int routed, JsonNode byRule) = await DeleteAsync($"api/models/{model}/versions/2");
        (int whole, JsonNode byBoth) = await DeleteAsync($"api/models/{model}");

        Assert.AreEqual((409, 409, 409), (champion, routed, whole));
        StringAssert.Contains((string)byAlias["detail"]!, "alias 'champion' names version 1");
        StringAssert.Contains((string)byRule["detail"]!, $"$.route.target of the traffic rules of model '{other}' leads to version 2");
        StringAssert.Contains((string)byBoth["detail"]!, "champion");
        StringAssert.Contains((string)byBoth["detail"]!, other);
        CollectionAssert.AreEqual(new[] { "1", "2" }, (await host.Registry.ListVersionsAsync(model, Token)).ToArray());
        Assert.AreEqual(200, (await host.Client.GetJsonAsync($"v2/models/{model}/versions/2")).Status, "it is served as before");
    }

    [TestMethod]
    public async Task A_server_that_has_a_version_in_memory_lets_go_of_it_when_another_deletes_it()
    {
        string model = await TwoVersionsAsync();
        await using InferenceHost other = await InferenceHost.StartAsync(host.Container);
        Assert.AreEqual(200, (await other.Client.GetJsonAsync($"v2/models/{model}/versions/2/ready")).Status);

        Assert.AreEqual(200, (await DeleteAsync($"api/models/{model}/versions/2")).Status);

        Assert.AreEqual(404, (await host.Client.GetJsonAsync($"v2/models/{model}/versions/2/ready")).Status, "where it was deleted, at once");
        await Eventually.TrueAsync(async () => (await other.Client.GetJsonAsync($"v2/models/{model}/versions/2/ready")).Status == 404, "the other server has noticed");
        Assert.AreEqual(200, (await other.Client.GetJsonAsync($"v2/models/{model}/ready")).Status, "the champion is served on");
    }

    [TestMethod]
    public async Task A_whole_model_goes_with_everything_below_its_name_and_can_come_again()
    {
        string model = await TwoVersionsAsync();
        await host.Container.GetBlobClient($"{model}/requests/1/2026-01-01/x.jsonl").UploadAsync(BinaryData.FromString("{}"), Token);
        await host.Registry.SetAliasAsync(model, "champion", null, cancellationToken: Token);

        (int status, JsonNode removed) = await DeleteAsync($"api/models/{model}");

        Assert.AreEqual(200, status, removed.ToJsonString());
        CollectionAssert.AreEqual(new[] { "1", "2" }, removed["versions"]!.AsArray().Select(version => (string)version!).ToArray());
        Assert.IsEmpty(await BlobsAsync($"{model}/"));
        Assert.DoesNotContain(model, await host.Registry.ListModelsAsync(Token));
        Assert.AreEqual(404, (await host.Client.GetJsonAsync($"api/models/{model}")).Status);
        Assert.AreEqual((200, 0), ((await DeleteAsync($"api/models/{model}")) is var again ? again.Status : 0, (int)again.Body["blobs"]!));

        Assert.AreEqual("3", await host.PublishAsync(model, OnnxModel.Add(3)), "no number means two models");
        Assert.Contains(model, await host.Registry.ListModelsAsync(Token));
        Assert.AreEqual(200, (await host.Client.GetJsonAsync($"v2/models/{model}/ready")).Status);
    }

    [TestMethod]
    public async Task What_a_crash_left_of_a_deletion_is_not_seen_and_goes_when_it_is_deleted_again()
    {
        string model = await TwoVersionsAsync();

        // As far as a deletion came that was killed after the first of its steps.
        await host.Registry.MarkDeletedAsync(model, ["2"], isDeleted: true, Token);

        CollectionAssert.AreEqual(new[] { "1" }, (await host.Registry.ListVersionsAsync(model, Token)).ToArray());
        await Assert.ThrowsExactlyAsync<ModelNotFoundException>(() => host.Registry.SetAliasAsync(model, "candidate", "2", cancellationToken: Token));
        Assert.AreEqual(3, (await BlobsAsync($"{model}/2/")).Count);
        Assert.AreEqual(200, (await DeleteAsync($"api/models/{model}/versions/2")).Status);
        Assert.IsEmpty(await BlobsAsync($"{model}/2/"));
    }

    [TestMethod]
    public async Task A_run_that_publishes_again_what_was_deleted_gets_a_new_version()
    {
        string model = NewName();
        var publication = new ModelPublication(model, new("run-1", "trial-000"), [ModelSource.FromBytes("model.onnx", Encoding.UTF8.GetBytes("x"))]);
        await host.Registry.PublishAsync(publication, Token);
        await DeleteAsync($"api/models/{model}/versions/1");

        Assert.AreEqual("2", (await host.Registry.PublishAsync(publication, Token)).Version);
    }

    private static string NewName() => "d" + Guid.NewGuid().ToString("N")[..12];

    private static async Task<string> TwoVersionsAsync()
    {
        string model = NewName();
        await host.PublishAsync(model, OnnxModel.Add(1));
        await host.PublishAsync(model, OnnxModel.Add(2), alias: null);
        return model;
    }

    private async Task<(int Status, JsonNode Body)> DeleteAsync(string path)
    {
        using HttpResponseMessage response = await host.Client.DeleteAsync(new Uri(path, UriKind.Relative), Token);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(Token))!);
    }

    private async Task<List<string>> BlobsAsync(string prefix)
    {
        var names = new List<string>();
        await foreach (var blob in host.Container.GetBlobsAsync(Azure.Storage.Blobs.Models.BlobTraits.None, Azure.Storage.Blobs.Models.BlobStates.None, prefix, Token))
        {
            names.Add(blob.Name);
        }

        return names;
    }
}
