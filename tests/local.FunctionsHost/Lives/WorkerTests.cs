using System.Globalization;
using System.Net;

namespace FunctionsHost.Tests.Lives;

[TestClass]
public sealed class WorkerTests
{
    [TestMethod]
    public async Task A_crash_during_a_request_is_answered_and_the_next_request_works()
    {
        await using var host = await HostProcess.StartAsync(new HostSettings { Only = ["Crash", "Pid"] });
        var first = await PidAsync(host);
        using var crashed = await host.Client.PostAsync(new Uri("api/crash", UriKind.Relative), null);
        Assert.AreEqual(HttpStatusCode.ServiceUnavailable, crashed.StatusCode);
        Assert.AreEqual(TimeSpan.FromSeconds(1), crashed.Headers.RetryAfter!.Delta);
        Assert.AreNotEqual(first, await PidAsync(host));
    }

    [TestMethod]
    public async Task A_worker_that_hangs_is_replaced()
    {
        await using var host = await HostProcess.StartAsync(new HostSettings { Only = ["Pid"], Arguments = ["--worker-timeout", "2"] });
        var first = await PidAsync(host);
        HostProcess.Signal(first, "STOP");
        await Eventually.TrueAsync(() => !HostProcess.IsRunning(first), "the worker was ended", () => host.Log);
        Assert.AreNotEqual(first, await PidAsync(host));
        await host.LoggedAsync("It has not answered for 2 s.");
    }

    [TestMethod]
    public async Task A_request_that_takes_too_long_is_500_and_the_worker_is_replaced()
    {
        await using var host = await HostProcess.StartAsync(new HostSettings
        {
            Only = ["Ignores", "Pid"],
            Environment = { ["AzureFunctionsJobHost__functionTimeout"] = "00:00:15" },
        });
        var first = await PidAsync(host);
        using var response = await host.Client.GetAsync(new Uri("api/ignores", UriKind.Relative));
        Assert.AreEqual(HttpStatusCode.InternalServerError, response.StatusCode, host.Log);
        Assert.AreNotEqual(first, await PidAsync(host));
    }

    private static async Task<int> PidAsync(HostProcess host)
    {
        using var response = await host.Client.GetAsync(new Uri("api/pid", UriKind.Relative));
        Assert.AreEqual(HttpStatusCode.OK, response.StatusCode, host.Log);
        return int.Parse(await response.Content.ReadAsStringAsync(), CultureInfo.InvariantCulture);
    }
}
