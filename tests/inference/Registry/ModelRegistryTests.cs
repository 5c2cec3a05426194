using Azure.Storage.Blobs;
using DurableMl.Registry;
using Microsoft.Extensions.Time.Testing;

namespace Inference.Tests.Registry;

[TestClass]
public sealed class ModelRegistryTests(TestContext context)
{
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly BlobContainerClient container = Storage.NewContainer();

    private ModelRegistry Registry => new(container, time);

    private CancellationToken Token => context.CancellationToken;

    [TestMethod]
    public async Task A_published_version_keeps_its_files_hashes_and_lineage()
    {
        ModelManifest published = await Registry.PublishAsync(
            Publication("run-1", "trial-000") with
            {
                Metrics = new Dictionary<string, double> { ["accuracy"] = 0.99 },
                Inputs = [new("x", "FP32", [-1, 4])],
            },
            Token);

        ModelManifest read = await Registry.GetAsync("mnist", "1", Token);
        Assert.AreEqual("1", published.Version);
        Assert.AreEqual(time.GetUtcNow(), read.CreatedAt);
        Assert.AreEqual(0.99, read.Metrics["accuracy"]);
        Assert.AreEqual("trial-000", read.Lineage!.Trial);
        Assert.AreEqual(new ModelFile("model.onnx", "039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81", 3), read.Files[0]);
        CollectionAssert.AreEqual(new long[] { -1, 4 }, read.Inputs[0].Shape.ToArray());
    }

    [TestMethod]
    public async Task What_an_import_was_made_from_is_kept_and_a_manifest_from_before_that_is_still_read()
    {
        ModelLineage lineage = new("run-1", Format: "onnx", Files: [new("source", "raw/a.onnx", new string('a', 64))]);
        await Registry.PublishAsync(Publication("run-1", "trial-000") with { Lineage = lineage }, Token);
        await container.GetBlobClient("mnist/2/model.json").UploadAsync(
            BinaryData.FromString("""{"model":"mnist","version":"2","createdAt":"2026-01-01T00:00:00Z","files":[],"entry":"model.onnx","lineage":{"run":"old","trial":"trial-000","dataset":"raw/x.pt"}}"""), Token);

        ModelLineage read = (await Registry.GetAsync("mnist", "1", Token)).Lineage!;
        ModelLineage old = (await Registry.GetAsync("mnist", "2", Token)).Lineage!;

        Assert.AreEqual(("onnx", lineage.Files![0]), (read.Format, read.Files!.Single()));
        Assert.AreEqual(("old", "raw/x.pt", null, null), (old.Run, old.Dataset, old.Format, old.Files));
    }

    [TestMethod]
    public async Task Publishing_the_same_run_and_trial_twice_gives_one_version()
    {
        await Registry.PublishAsync(Publication("run-1", "trial-000"), Token);
        ModelManifest again = await Registry.PublishAsync(Publication("run-1", "trial-000"), Token);
        ModelManifest other = await Registry.PublishAsync(Publication("run-1", "trial-001"), Token);

        Assert.AreEqual("1", again.Version);
        Assert.AreEqual("2", other.Version);
        CollectionAssert.AreEqual(new[] { "1", "2" }, (await Registry.ListVersionsAsync("mnist", Token)).ToArray());
    }

    [TestMethod]
    public async Task Publications_at_the_same_time_get_versions_of_their_own_and_repetitions_share_one()
    {
        ModelManifest[] published = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Registry.PublishAsync(Publication("run", $"trial-{i / 2:000}"), Token)));

        for (int i = 0; i < published.Length; i += 2)
        {
            Assert.AreEqual(published[i].Version, published[i + 1].Version);
        }

        CollectionAssert.AreEquivalent(Enumerable.Range(1, 8).Select(i => $"{i}").ToArray(), published.Select(m => m.Version).Distinct().ToArray());
    }

    [TestMethod]
    public async Task A_publication_that_broke_off_is_completed_under_the_version_it_had_claimed()
    {
        var broken = Publication("run", "trial-000") with
        {
            Files = [new ModelSource("model.onnx", _ => Task.FromException<Stream>(new IOException("cable pulled")))],
        };
        await Assert.ThrowsExactlyAsync<IOException>(() => Registry.PublishAsync(broken, Token));
        Assert.IsEmpty(await Registry.ListVersionsAsync("mnist", Token));
        await Registry.PublishAsync(Publication("run", "trial-001"), Token);

        ModelManifest completed = await Registry.PublishAsync(Publication("run", "trial-000"), Token);

        Assert.AreEqual("1", completed.Version);
    }

    [TestMethod]
    public async Task Versions_are_listed_in_numeric_order()
    {
        for (int i = 0; i < 11; i++)
        {
            await Registry.PublishAsync(Publication("run", $"{i}"), Token);
        }

        Assert.AreEqual("11", (await Registry.ListVersionsAsync("mnist", Token))[^1]);
        CollectionAssert.AreEqual(new[] { "mnist" }, (await Registry.ListModelsAsync(Token)).ToArray());
    }

    [TestMethod]
    public async Task An_alias_names_an_existing_version()
    {
        await Registry.PublishAsync(Publication("run", "trial"), Token);
        await Registry.SetAliasAsync("mnist", "champion", "1", cancellationToken: Token);

        Assert.AreEqual("1", (await Registry.GetAliasesAsync("mnist", Token)).Versions["champion"]);
        await Assert.ThrowsExactlyAsync<ModelNotFoundException>(() => Registry.SetAliasAsync("mnist", "champion", "2", cancellationToken: Token));
    }

    [TestMethod]
    public async Task Aliases_and_versions_mean_a_version_that_exists()
    {
        await Registry.PublishAsync(Publication("run", "trial"), Token);
        await Registry.SetAliasAsync("mnist", "champion", "1", cancellationToken: Token);

        Assert.AreEqual("1", await Registry.ResolveAsync("mnist", "champion", Token));
        Assert.AreEqual("1", await Registry.ResolveAsync("mnist", "1", Token));
        await Assert.ThrowsExactlyAsync<ModelNotFoundException>(() => Registry.ResolveAsync("mnist", "2", Token));
        await Assert.ThrowsExactlyAsync<ModelNotFoundException>(() => Registry.ResolveAsync("mnist", "candidate", Token));
        await Assert.ThrowsExactlyAsync<InvalidModelNameException>(() => Registry.ResolveAsync("mnist", "../1", Token));
    }

    [TestMethod]
    public async Task An_alias_changed_under_a_stale_ETag_is_left_alone()
    {
        await Registry.PublishAsync(Publication("run", "a"), Token);
        await Registry.PublishAsync(Publication("run", "b"), Token);
        ModelAliases first = await Registry.SetAliasAsync("mnist", "champion", "1", cancellationToken: Token);
        await Registry.SetAliasAsync("mnist", "champion", "2", first.ETag, Token);

        await Assert.ThrowsExactlyAsync<ModelConflictException>(() => Registry.SetAliasAsync("mnist", "champion", "1", first.ETag, Token));

        Assert.AreEqual("2", (await Registry.GetAliasesAsync("mnist", Token)).Versions["champion"]);
    }

    [TestMethod]
    public async Task Aliases_set_at_the_same_time_are_all_kept()
    {
        await Registry.PublishAsync(Publication("run", "trial"), Token);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Registry.SetAliasAsync("mnist", $"alias-{i}", "1", cancellationToken: Token)));
        ModelAliases removed = await Registry.SetAliasAsync("mnist", "alias-3", null, cancellationToken: Token);

        Assert.HasCount(7, removed.Versions);
    }

    [TestMethod]
    public async Task What_does_not_exist_is_said_to_be_missing()
    {
        await Assert.ThrowsExactlyAsync<ModelNotFoundException>(() => Registry.GetAsync("mnist", "1", Token));
        Assert.IsEmpty((await Registry.GetAliasesAsync("mnist", Token)).Versions);
        Assert.IsEmpty(await Registry.ListModelsAsync(Token));
        Assert.IsEmpty(await Registry.ListVersionsAsync("mnist", Token));
    }

    [TestMethod]
    public async Task A_publication_without_its_entry_is_refused()
    {
        ArgumentException e = await Assert.ThrowsExactlyAsync<ArgumentException>(() => Registry.PublishAsync(Publication("run", "trial") with { Entry = "net.onnx" }, Token));

        Assert.Contains("net.onnx", e.Message);
    }

    private static ModelPublication Publication(string run, string trial) =>
        new("mnist", new(run, trial), [ModelSource.FromBytes("model.onnx", new byte[] { 1, 2, 3 })]);
}
