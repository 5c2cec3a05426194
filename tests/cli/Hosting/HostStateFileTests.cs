using DurableMl.Cli;
using DurableMl.Cli.Hosting;
using DurableMl.Cli.Processes;

namespace Cli.Tests.Hosting;

[TestClass]
public sealed class HostStateFileTests
{
    private static readonly HostState State = new()
    {
        Up = new ProcessIdentity(17, "boot:1"),
        Ports = new HostPorts(1, 2, 3, 4, 5),
        Ready = true,
        Services = new Dictionary<string, ProcessIdentity> { ["Azurite"] = new(18, "boot:2") },
    };

    [TestMethod]
    public void What_was_written_is_read_back()
    {
        using var folder = new TemporaryFolder();
        var file = new HostStateFile(folder.Path);
        Assert.IsNull(file.Read());

        file.Write(State with { Ready = false });
        file.Write(State);

        var read = file.Read()!;
        Assert.AreEqual(State.Up, read.Up);
        Assert.AreEqual(State.Ports, read.Ports);
        Assert.IsTrue(read.Ready);
        Assert.AreEqual(State.Services["Azurite"], read.Services["Azurite"]);
    }

    [TestMethod]
    public void Only_one_holds_the_lock_at_a_time()
    {
        using var folder = new TemporaryFolder();
        var file = new HostStateFile(folder.Path);
        var held = file.TryLock();
        Assert.IsNotNull(held);
        Assert.IsNull(file.TryLock());

        held.Dispose();

        using var again = file.TryLock();
        Assert.IsNotNull(again);
    }

    [TestMethod]
    public void A_file_that_cannot_be_read_is_named()
    {
        using var folder = new TemporaryFolder();
        var file = new HostStateFile(folder.Path);
        file.Write(State);
        File.WriteAllText(file.Path, "{");

        var exception = Assert.ThrowsExactly<CliException>(() => file.Read());

        StringAssert.Contains(exception.Message, "up.json");
    }
}
