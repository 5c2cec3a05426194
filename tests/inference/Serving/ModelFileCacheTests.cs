using Azure.Storage.Blobs;
using DurableMl.Inference;
using DurableMl.Inference.Serving;
using DurableMl.Onnx;
using DurableMl.Registry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Inference.Tests.Serving;

/// <summary>Through <see cref="ModelFileCache.GetFolderAsync"/> alone; ServingTests shows what a server makes of it.</summary>
[TestClass]
public sealed class ModelFileCacheTests(TestContext context) : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly BlobContainerClient container = Storage.NewContainer();
    private readonly FakeTimeProvider time = new(DateTimeOffset.UtcNow);
    private readonly List<ServiceProvider> providers = [];

    private CancellationToken Token => context.CancellationToken;

    private ModelRegistry Registry => new(container, time);

    public void Dispose()
    {
        providers.ForEach(provider => provider.Dispose());
        folder.Dispose();
    }

    [TestMethod]
    public async Task Equal_files_share_a_folder_whatever_model_they_belong_to()
    {
        ModelFileCache cache = Cache();
        string one = await cache.GetFolderAsync(await PublishAsync("one", 1, 2, 3), Token);
        string two = await cache.GetFolderAsync(await PublishAsync("two", 1, 2, 3), Token);
        string other = await cache.GetFolderAsync(await PublishAsync("other", 1, 2, 4), Token);

        Assert.AreEqual(one, two);
        Assert.AreNotEqual(one, other);
        CollectionAssert.AreEqual(new byte[] { 1, 2, 3 }, await File.ReadAllBytesAsync(Path.Combine(one, "model.onnx"), Token));
    }

    [TestMethod]
    public async Task Instances_that_share_a_folder_can_fill_it_at_the_same_time()
    {
        ModelManifest manifest = await PublishAsync("m", new byte[100_000]);
        string[] folders = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Cache().GetFolderAsync(manifest, Token)));

        Assert.HasCount(1, folders.Distinct().ToList());
        Assert.AreEqual(100_000, new FileInfo(Path.Combine(folders[0], "model.onnx")).Length);
        Assert.HasCount(1, Entries(), "nothing half done is left");
    }

    [TestMethod]
    public async Task Files_that_came_with_the_package_are_not_downloaded_and_damaged_ones_are()
    {
        byte[] good = [1, 2, 3];
        byte[] damaged = [4, 5, 6];
        ModelManifest manifest = await Registry.PublishAsync(
            new("m", new(Guid.NewGuid().ToString()), [ModelSource.FromBytes("model.onnx", good), ModelSource.FromBytes("weights.bin", damaged)]), Token);
        Directory.CreateDirectory(folder["package"]);
        foreach (ModelFile file in manifest.Files)
        {
            await File.WriteAllBytesAsync(Path.Combine(folder["package"], file.Sha256), good, Token);
        }

        await container.GetBlobClient("m/1/model.onnx").DeleteAsync(cancellationToken: Token);
        string filled = await Cache(("PackageFolder", folder["package"])).GetFolderAsync(manifest, Token);

        CollectionAssert.AreEqual(good, await File.ReadAllBytesAsync(Path.Combine(filled, "model.onnx"), Token));
        CollectionAssert.AreEqual(damaged, await File.ReadAllBytesAsync(Path.Combine(filled, "weights.bin"), Token));
    }

    [TestMethod]
    public async Task What_one_instance_has_downloaded_another_only_checks()
    {
        ModelManifest manifest = await PublishAsync("m", 1, 2, 3);
        string filled = await Cache().GetFolderAsync(manifest, Token);
        await container.DeleteAsync(cancellationToken: Token);

        Assert.AreEqual(filled, await Cache().GetFolderAsync(manifest, Token));
    }

    [TestMethod]
    [DataRow(new byte[] { 1, 2, 4 })]
    [DataRow(new byte[] { 1, 2 })]
    [DataRow(null)]
    public async Task A_file_that_is_damaged_or_gone_is_downloaded_again(byte[]? damaged)
    {
        ModelManifest manifest = await PublishAsync("m", 1, 2, 3);
        string file = Path.Combine(await Cache().GetFolderAsync(manifest, Token), "model.onnx");
        File.Delete(file);
        if (damaged is not null)
        {
            await File.WriteAllBytesAsync(file, damaged, Token);
        }

        await Cache().GetFolderAsync(manifest, Token);

        CollectionAssert.AreEqual(new byte[] { 1, 2, 3 }, await File.ReadAllBytesAsync(file, Token));
        Assert.HasCount(1, Entries());
    }

    [TestMethod]
    public async Task The_folder_unused_for_longest_leaves_when_the_disk_is_full_and_comes_back()
    {
        ModelFileCache cache = Cache(("MaxDiskBytes", "2500"));
        ModelManifest[] models = [await PublishAsync("a", Bytes(1)), await PublishAsync("b", Bytes(2)), await PublishAsync("c", Bytes(3))];
        string a = await GetAsync(cache, models[0]);
        string b = await GetAsync(cache, models[1]);
        await GetAsync(cache, models[0]);
        string c = await GetAsync(cache, models[2]);
        Assert.IsTrue(Directory.Exists(a) && !Directory.Exists(b) && Directory.Exists(c));

        await GetAsync(cache, models[1]);
        Assert.IsTrue(!Directory.Exists(a) && Directory.Exists(b) && Directory.Exists(c));
    }

    [TestMethod]
    public async Task A_model_larger_than_the_disk_may_hold_is_kept_while_it_is_the_newest()
    {
        ModelFileCache cache = Cache(("MaxDiskBytes", "10"));

        Assert.IsTrue(Directory.Exists(await cache.GetFolderAsync(await PublishAsync("a", Bytes(1)), Token)));
    }

    [TestMethod]
    [DataRow("../evil")]
    [DataRow("/tmp/evil")]
    [DataRow("a/../../b")]
    [DataRow("a//b")]
    [DataRow("a\\b")]
    [DataRow("..")]
    [DataRow("")]
    [DataRow("model.json")]
    public async Task Names_that_leave_the_folder_are_refused_before_anything_is_written(string name)
    {
        ModelManifest manifest = await PublishAsync("m", 1, 2, 3);
        ModelManifest forged = manifest with { Files = [manifest.Files[0] with { Name = name }] };

        InvalidModelException e = await Assert.ThrowsExactlyAsync<InvalidModelException>(() => Cache().GetFolderAsync(forged, Token));

        Assert.Contains("not allowed", e.Message);
        Assert.IsEmpty(Entries());
    }

    [TestMethod]
    public async Task What_the_manifest_promises_and_storage_does_not_hold_leaves_no_folder()
    {
        ModelManifest manifest = await PublishAsync("m", 1, 2, 3);
        ModelFile file = manifest.Files[0];
        foreach (ModelFile promised in (ModelFile[])[file with { Sha256 = new string('0', 64) }, file with { Bytes = 4 }, file with { Name = "weights.bin" }])
        {
            InvalidModelException e = await Assert.ThrowsExactlyAsync<InvalidModelException>(() => Cache().GetFolderAsync(manifest with { Files = [promised] }, Token));

            Assert.Contains("'m'", e.Message);
            Assert.IsEmpty(Entries());
        }
    }

    [TestMethod]
    public async Task A_model_beyond_the_limit_is_refused_before_it_is_downloaded()
    {
        ModelManifest manifest = await PublishAsync("m", 1, 2, 3);

        InvalidModelException e = await Assert.ThrowsExactlyAsync<InvalidModelException>(() => Cache(("MaxModelBytes", "2")).GetFolderAsync(manifest, Token));

        Assert.Contains("2 bytes", e.Message);
    }

    private static byte[] Bytes(byte value)
    {
        byte[] bytes = new byte[1000];
        Array.Fill(bytes, value);
        return bytes;
    }

    private string[] Entries() => Directory.Exists(folder["cache"]) ? Directory.GetFileSystemEntries(folder["cache"]) : [];

    private async Task<string> GetAsync(ModelFileCache cache, ModelManifest manifest)
    {
        // The file system dates what is new by its own clock; the second use dates it by this one.
        time.Advance(TimeSpan.FromMinutes(1));
        await cache.GetFolderAsync(manifest, Token);
        return await cache.GetFolderAsync(manifest, Token);
    }

    private Task<ModelManifest> PublishAsync(string model, params byte[] content) =>
        Registry.PublishAsync(new(model, new(Guid.NewGuid().ToString()), [ModelSource.FromBytes("model.onnx", content)]), Token);

    // As a server puts it together, whatever its constructor takes.
    private ModelFileCache Cache(params (string Setting, string Value)[] settings)
    {
        var values = settings.Append(("CacheFolder", folder["cache"])).ToDictionary(s => "Inference:" + s.Item1, s => (string?)s.Item2);
        ServiceProvider provider = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(values).Build())
            .AddSingleton<TimeProvider>(time)
            .AddSingleton(Registry)
            .AddInference()
            .BuildServiceProvider();
        providers.Add(provider);
        return provider.GetRequiredService<ModelFileCache>();
    }
}
