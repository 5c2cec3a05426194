using System.Runtime.Versioning;
using DurableMl.Cli.Hosting;

namespace Cli.Tests.Hosting;

[TestClass]
public sealed class BatchAccountTests
{
    [TestMethod]
    public void A_folder_keeps_its_key_and_another_folder_has_another()
    {
        using var one = new TemporaryFolder();
        using var two = new TemporaryFolder();

        Assert.AreEqual(BatchAccount.Load(one.Path), BatchAccount.Load(one.Path));
        Assert.AreNotEqual(BatchAccount.Load(one.Path).Key, BatchAccount.Load(two.Path).Key);
        Assert.HasCount(64, Convert.FromBase64String(BatchAccount.Load(one.Path).Key));
    }

    [TestMethod]
    [UnsupportedOSPlatform("windows")]
    public void Only_the_owner_can_read_the_key()
    {
        using var folder = new TemporaryFolder();
        BatchAccount.Load(folder.Path);

        Assert.AreEqual(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder.Path, "batch-account.key")));
    }
}
