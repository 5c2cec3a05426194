using System.Diagnostics;
using DurableMl.Cli.Processes;

namespace Cli.Tests.Processes;

[TestClass]
public sealed class ProcessIdentityTests
{
    [TestMethod]
    public void A_running_process_has_the_same_identity_each_time()
    {
        var identity = ProcessIdentity.Of(Environment.ProcessId);

        Assert.IsNotNull(identity);
        Assert.AreEqual(identity, ProcessIdentity.Of(Environment.ProcessId));
        Assert.IsTrue(identity.IsAlive);
    }

    [TestMethod]
    public void The_same_id_with_another_start_is_another_process()
    {
        var identity = ProcessIdentity.Of(Environment.ProcessId)!;

        Assert.IsFalse((identity with { Started = identity.Started + "0" }).IsAlive);
    }

    [TestMethod]
    public async Task An_ended_process_is_not_alive()
    {
        using var process = Process.Start("sleep", "60");
        var identity = ProcessIdentity.Of(process.Id)!;

        process.Kill();
        await process.WaitForExitAsync();

        Assert.IsFalse(identity.IsAlive);
        Assert.IsNull(ProcessIdentity.Of(process.Id));
    }
}
