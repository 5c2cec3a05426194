using System.Text.Json;
using Microsoft.DurableTask;

namespace FunctionsHost.Tests.Durable;

public sealed class LongFunctions(Recorder recorder)
{
    [Function("Long")]
    public static Task<string> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context) =>
        context.CallActivityAsync<string>("LongActivity");

    [Function("LongActivity")]
    public async Task<string> LongActivityAsync([ActivityTrigger] string? input, CancellationToken cancellation)
    {
        recorder.Add("begun");
        if (recorder.Count("begun") == 1)
        {
            try
            {
                await Task.Delay(Timeout.Infinite, cancellation);
            }
            finally
            {
                recorder.Add("cancelled");
            }
        }

        return "done";
    }
}

[TestClass]
public sealed class StoppingTests
{
    [TestMethod]
    public async Task An_activity_that_a_stopping_host_cancels_has_not_failed_and_runs_again()
    {
        Recorder recorder = new();
        using TemporaryFolder folder = new();
        JsonElement payload;
        await using (RunningHost host = await StartAsync(recorder, folder))
        {
            payload = await host.StartInstanceAsync("Long");
            await Eventually.TrueAsync(() => recorder.Count("begun") == 1, "The activity");
        }

        Assert.AreEqual(1, recorder.Count("cancelled"));
        await using (RunningHost host = await StartAsync(recorder, folder))
        {
            JsonElement status = await host.StatusAsync(
                $"/runtime/webhooks/durabletask/instances/{payload.Url("Id")}",
                "Completed",
                "Failed"
            );
            Assert.AreEqual("done", status.GetProperty("output").GetString());
        }
    }

    private static Task<RunningHost> StartAsync(Recorder recorder, TemporaryFolder folder) =>
        RunningHost.StartAsync(
            [typeof(LongFunctions), typeof(StartFunctions)],
            [],
            builder => builder.Services.AddSingleton(recorder),
            folder
        );
}
