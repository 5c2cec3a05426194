using System.Net;
using System.Text.Json.Nodes;

namespace FunctionsHost.Tests.Http;

/// <summary>An app without ASP.NET Core gets requests as messages of the worker's protocol.</summary>
[TestClass]
public sealed class HttpRequestDataTests
{
    [TestMethod]
    public async Task An_app_without_ASPNET_Core_answers_fails_writes_outputs_and_starts_orchestrations()
    {
        await using var host = await HostProcess.StartAsync(new HostSettings
        {
            Only = ["Data", "DataThrows", "DataToQueue", "Start", "Child", "Greet"],
            Environment = { ["EVERY_TRIGGER_HTTP_MODEL"] = "HttpRequestData" },
        });

        using var answered = await host.Client.PostAsync(new Uri("api/data/7?x=1", UriKind.Relative), new StringContent("payload"));
        Assert.AreEqual(HttpStatusCode.Created, answered.StatusCode);
        Assert.AreEqual("7", answered.Headers.GetValues("x-id").Single());
        Assert.AreEqual("POST /api/data/7?x=1 payload", await answered.Content.ReadAsStringAsync());

        using var failed = await host.Client.GetAsync(new Uri("api/datathrows", UriKind.Relative));
        Assert.AreEqual(HttpStatusCode.InternalServerError, failed.StatusCode);
        Assert.AreEqual("", await failed.Content.ReadAsStringAsync());

        using var written = await host.Client.GetAsync(new Uri("api/datatoqueue", UriKind.Relative));
        Assert.AreEqual(HttpStatusCode.OK, written.StatusCode);
        // The shared host has the function that this message is for.
        await SharedHost.Instance.RecordedAsync("out-messages", "from data");

        using var started = await host.Client.PostAsync(new Uri("api/start/Child/a-child", UriKind.Relative), new StringContent("Riga"));
        var status = (string)JsonNode.Parse(await started.Content.ReadAsStringAsync())!["StatusQueryGetUri"]!;
        await Eventually.TrueAsync(
            async () => (await host.Client.GetStringAsync(status)).Contains("Hello Riga", StringComparison.Ordinal), "the orchestration ended", () => host.Log);
    }
}
