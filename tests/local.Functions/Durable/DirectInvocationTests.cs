using System.Net;
using System.Net.Http.Json;

namespace FunctionsHost.Tests.Durable;

[TestClass]
public sealed class DirectInvocationTests
{
    [TestMethod]
    [DataRow("Hello", "Durable orchestrator functions do not support direct invocation.")]
    [DataRow("Counter", "Durable entity functions do not support direct invocation.")]
    public async Task A_durable_function_that_is_started_by_hand_logs_how_to_start_it(string function, string guidance)
    {
        Recorder recorder = new();
        await using RunningHost host = await RunningHost.StartAsync(
            DurableHost.Functions,
            [],
            builder =>
            {
                builder.Services.AddSingleton(recorder);
                builder.Logging.AddProvider(new RecordingLogs(recorder));
            }
        );
        using HttpResponseMessage response = await host.Http.PostAsJsonAsync($"/admin/functions/{function}", new { input = "" });
        Assert.AreEqual(HttpStatusCode.Accepted, response.StatusCode);
        await Eventually.TrueAsync(
            () =>
                recorder.Entries.Any(e =>
                    e.StartsWith($"Function.{function}:", StringComparison.Ordinal) && e.Contains(guidance, StringComparison.Ordinal)
                ),
            "The log entry"
        );
    }
}
