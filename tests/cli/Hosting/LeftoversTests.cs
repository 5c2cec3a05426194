using System.Diagnostics;
using DurableMl.Cli.Hosting;
using DurableMl.Cli.Processes;

namespace Cli.Tests.Hosting;

[TestClass]
public sealed class LeftoversTests
{
    [TestMethod]
    public async Task What_still_runs_is_stopped_and_what_only_has_the_same_id_is_not()
    {
        using var leftover = Process.Start("sleep", "60");
        using var stranger = Process.Start("sleep", "60");
        var output = new StringWriter();

        await Leftovers.StopAsync(
            new HostState
            {
                Up = new ProcessIdentity(1, "before"),
                Ports = new HostPorts(1, 2, 3, 4, 5),
                Services = new Dictionary<string, ProcessIdentity>
                {
                    ["Azurite"] = ProcessIdentity.Of(leftover.Id)!,
                    ["Functions host"] = new(stranger.Id, "before"),
                },
            },
            output,
            TimeProvider.System);

        await leftover.WaitForExitAsync();
        Assert.IsFalse(stranger.HasExited);
        stranger.Kill();
        await stranger.WaitForExitAsync();
        StringAssert.Contains(output.ToString(), $"Stopping Azurite (process {leftover.Id})");
        Assert.IsFalse(output.ToString().Contains("Functions", StringComparison.Ordinal));
    }
}
