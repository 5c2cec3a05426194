using DurableMl.Cli;
using DurableMl.Cli.Processes;

namespace Cli.Tests.Processes;

[TestClass]
public sealed class ChildProcessTests
{
    [TestMethod]
    public async Task Output_and_errors_go_to_the_log()
    {
        using var folder = new TemporaryFolder();
        var options = Shell.Run(folder, "echo out; echo err >&2; exit 3");

        await using var child = ChildProcess.Start(options, TimeProvider.System);

        Assert.AreEqual(3, await child.Exited);
        CollectionAssert.AreEquivalent(new[] { "out", "err" }, child.LastLines(10));
    }

    [TestMethod]
    public async Task A_child_sees_its_settings()
    {
        using var folder = new TemporaryFolder();
        var options = Shell.Run(folder, "echo \"$SETTING in $(pwd -P)\"") with
        {
            Environment = new Dictionary<string, string?> { ["SETTING"] = "value with spaces" },
        };

        await using var child = ChildProcess.Start(options, TimeProvider.System);
        await child.Exited;

        StringAssert.StartsWith(child.LastLines(1).Single(), "value with spaces in /");
    }

    [TestMethod]
    public async Task Disposing_ends_the_child()
    {
        using var folder = new TemporaryFolder();
        var child = ChildProcess.Start(Shell.Run(folder, "exec sleep 60"), TimeProvider.System);
        Assert.IsTrue(child.Identity.IsAlive);

        await child.DisposeAsync();

        Assert.IsFalse(child.Identity.IsAlive);
    }

    [TestMethod]
    public async Task A_grandchild_that_holds_the_output_open_does_not_hold_up_the_exit()
    {
        using var folder = new TemporaryFolder();
        await using var child = ChildProcess.Start(Shell.Run(folder, "sleep 30 & echo $!; exit 0"), TimeProvider.System);

        Assert.AreEqual(0, await child.Exited.WaitAsync(TimeSpan.FromSeconds(20)));

        var grandchild = ProcessIdentity.Of(int.Parse(child.LastLines(1).Single(), System.Globalization.CultureInfo.InvariantCulture));
        await ProcessStop.StopAsync(grandchild!, TimeSpan.FromSeconds(5), TimeProvider.System);
    }

    [TestMethod]
    public void An_executable_that_is_missing_is_named()
    {
        using var folder = new TemporaryFolder();
        var options = Shell.Run(folder, "") with { WorkingDirectory = Path.Combine(folder.Path, "nowhere") };

        var exception = Assert.ThrowsExactly<CliException>(() => ChildProcess.Start(options, TimeProvider.System));

        StringAssert.Contains(exception.Message, "Shell could not be started");
    }
}
