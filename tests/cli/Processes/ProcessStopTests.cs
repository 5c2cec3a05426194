using System.Diagnostics;
using DurableMl.Cli.Processes;

namespace Cli.Tests.Processes;

[TestClass]
public sealed class ProcessStopTests
{
    [TestMethod]
    public async Task A_process_that_heeds_the_signal_is_not_killed()
    {
        using var process = Process.Start("sleep", "60");

        Assert.IsTrue(await ProcessStop.StopAsync(ProcessIdentity.Of(process.Id)!, TimeSpan.FromSeconds(30), TimeProvider.System));
        await process.WaitForExitAsync();
    }

    [TestMethod]
    public async Task A_process_that_ignores_the_signal_is_killed()
    {
        using var folder = new TemporaryFolder();
        var ready = Path.Combine(folder.Path, "ready");
        using var process = Process.Start("/bin/sh", ["-c", $"trap '' TERM; : > '{ready}'; while :; do sleep 0.1; done"]);
        await Eventually.TrueAsync(() => File.Exists(ready), "the process is ready");

        Assert.IsFalse(await ProcessStop.StopAsync(ProcessIdentity.Of(process.Id)!, TimeSpan.FromMilliseconds(300), TimeProvider.System));
        await process.WaitForExitAsync();
        Assert.AreEqual(128 + 9, process.ExitCode);
    }

    [TestMethod]
    public async Task Another_process_with_the_same_id_is_left_alone()
    {
        using var process = Process.Start("sleep", "60");
        var identity = ProcessIdentity.Of(process.Id)!;

        await ProcessStop.StopAsync(identity with { Started = "before" }, TimeSpan.FromSeconds(30), TimeProvider.System);

        Assert.IsTrue(identity.IsAlive);
        process.Kill();
        await process.WaitForExitAsync();
    }
}
