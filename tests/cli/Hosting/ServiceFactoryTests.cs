using DurableMl.Cli.Hosting;

namespace Cli.Tests.Hosting;

[TestClass]
public sealed class ServiceFactoryTests
{
    [TestMethod]
    public void The_functions_host_runs_the_app_with_its_storage_and_its_batch_account()
    {
        using var state = new TemporaryFolder();
        var services = new ServiceFactory(RepositoryLayout.Find(state.Path), new HostPorts(1, 2, 3, 4, 5), new StorageAccount("storage-key"), new BatchAccount("account", "key"));

        var host = services.Functions();
        var environment = host.Environment;

        StringAssert.Contains(environment["DataStorage"], "AccountKey=storage-key;");
        StringAssert.Contains(environment["DataStorage"], "BlobEndpoint=http://127.0.0.1:2/devstoreaccount1;");
        Assert.AreEqual(environment["DataStorage"], environment["AzureWebJobsStorage"]);
        Assert.AreEqual("http://127.0.0.1:5", environment["Batch__AccountUrl"]);
        Assert.AreEqual("account", environment["Batch__AccountName"]);
        Assert.AreEqual("key", environment["Batch__AccountKey"]);
        CollectionAssert.IsSubsetOf(
            new[] { "--app", RepositoryLayout.Find().FunctionsApp, "--port", "1", "--state", Path.Combine(state.Path, "functions") }, host.Arguments.ToArray());
        Assert.AreEqual("1", environment["DURABLEML_PARENT_WATCH"]);
    }

    [TestMethod]
    public void Every_service_writes_only_below_the_state_folder()
    {
        using var state = new TemporaryFolder();
        var services = new ServiceFactory(RepositoryLayout.Find(state.Path), new HostPorts(1, 2, 3, 4, 5), new StorageAccount("storage-key"), new BatchAccount("account", "key"));

        foreach (var service in new[] { services.Azurite(), services.BatchEmulator(), services.Functions() })
        {
            StringAssert.StartsWith(service.LogPath, state.Path + Path.DirectorySeparatorChar);
        }
    }

    [TestMethod]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void Azurite_does_not_take_its_published_key_but_one_that_only_this_user_can_read()
    {
        using var state = new TemporaryFolder();
        var account = StorageAccount.Load(state.Path);
        var services = new ServiceFactory(RepositoryLayout.Find(state.Path), new HostPorts(1, 2, 3, 4, 5), account, BatchAccount.Load(state.Path));

        Assert.AreEqual($"devstoreaccount1:{account.Key}", services.Azurite().Environment["AZURITE_ACCOUNTS"]);
        Assert.AreEqual(64, Convert.FromBase64String(account.Key).Length);
        Assert.AreEqual(account, StorageAccount.Load(state.Path));
        Assert.AreNotEqual(account.Key, BatchAccount.Load(state.Path).Key);
        Assert.AreEqual(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(state.Path, "storage-account.key")));
    }
}
