using System.Globalization;
using System.Net;

namespace FunctionsHost.Tests.Lives;

[TestClass]
public sealed class HostTests
{
    [TestMethod]
    public async Task SIGTERM_lets_a_request_end_and_exits_with_0()
    {
        await using var host = await HostProcess.StartAsync(new HostSettings { Only = ["Slow", "OnBlob", "OnBlobClient", "Yearly"] });
        var worker = await host.WorkerIdAsync();
        var slow = host.Client.GetAsync(new Uri("api/slow/request", UriKind.Relative));
        await host.RecordedAsync("request", "began");
        host.Terminate();

        using var response = await slow;
        Assert.AreEqual(HttpStatusCode.OK, response.StatusCode, host.Log);
        Assert.AreEqual("done", await response.Content.ReadAsStringAsync());
        Assert.AreEqual(0, await host.WaitForExitAsync(), host.Log);
        Assert.IsFalse(HostProcess.IsRunning(worker));
    }

    [TestMethod]
    public async Task Without_storage_HTTP_works_the_status_says_what_does_not_answer_and_SIGTERM_ends_the_host()
    {
        var port = FreePort.Next().ToString(CultureInfo.InvariantCulture);
        await using var host = HostProcess.Begin(new HostSettings
        {
            Only = ["Anonymous", "OnText", "OnBlob", "Greetings"],
            Storage = $"DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey={AzuriteProcess.AccountKey};"
                + $"BlobEndpoint=http://127.0.0.1:{port}/devstoreaccount1;QueueEndpoint=http://127.0.0.1:{port}/devstoreaccount1;TableEndpoint=http://127.0.0.1:{port}/devstoreaccount1;",
        });
        await Eventually.TrueAsync(() => AnswersAsync(host), "HTTP works", () => host.Log);
        await Eventually.TrueAsync(
            async () => (await host.StatusAsync())["errors"]!.ToJsonString().Contains($"Storage at http://127.0.0.1:{port} does not answer", StringComparison.Ordinal),
            "the status names the storage",
            () => host.Log);
        host.Terminate();
        Assert.AreEqual(0, await host.WaitForExitAsync(), host.Log);
    }

    [TestMethod]
    public async Task SIGTERM_while_the_worker_starts_ends_the_host()
    {
        await using var host = HostProcess.Begin(new HostSettings { Only = ["Anonymous"], Environment = { ["EVERY_TRIGGER_START"] = "never" } });
        await Eventually.TrueAsync(() => AnswersPingAsync(host), "the host listens", () => host.Log);
        host.Terminate();
        Assert.AreEqual(0, await host.WaitForExitAsync(), host.Log);
    }

    private static Task<bool> AnswersAsync(HostProcess host) => GetAsync(host, "api/anonymous");

    private static Task<bool> AnswersPingAsync(HostProcess host) => GetAsync(host, "admin/host/ping");

    private static async Task<bool> GetAsync(HostProcess host, string address)
    {
        try
        {
            using var response = await host.Client.GetAsync(new Uri(address, UriKind.Relative));
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
