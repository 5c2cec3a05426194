using System.Net.Http.Json;
using System.Text.Json;

namespace FunctionsHost.Tests.Durable;

/// <summary>A host of the durable functions under test.</summary>
internal static class DurableHost
{
    public static readonly Type[] Functions =
    [
        typeof(GreetingFunctions),
        typeof(HelloOrchestration),
        typeof(CounterEntity),
        typeof(StartFunctions),
        typeof(FlakyService),
    ];

    public static Task<RunningHost> StartAsync(Recorder recorder, TemporaryFolder? folder = null, params (string, string)[] settings) =>
        RunningHost.StartAsync(Functions, settings, builder => builder.Services.AddSingleton(recorder), folder);

    public static async Task<JsonElement> StartInstanceAsync(this RunningHost host, string orchestrator, object? input = null)
    {
        using HttpResponseMessage response = await host.Http.PostAsJsonAsync($"/api/start/{orchestrator}", input);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    public static string Url(this JsonElement payload, string name) => payload.GetProperty(name).GetString()!;

    /// <summary>The status once the instance has one of the given runtime statuses.</summary>
    public static async Task<JsonElement> StatusAsync(this RunningHost host, string url, params string[] statuses)
    {
        return
            (
                await Eventually.GetAsync<object>(
                    async () =>
                    {
                        using HttpResponseMessage response = await host.Http.GetAsync(url);
                        if (!response.IsSuccessStatusCode && response.StatusCode != System.Net.HttpStatusCode.InternalServerError)
                        {
                            return null;
                        }

                        JsonElement status = await response.Content.ReadFromJsonAsync<JsonElement>();
                        return statuses.Contains(status.GetProperty("runtimeStatus").GetString()) ? (object)status : null;
                    },
                    $"Status {string.Join(" or ", statuses)}"
                )
            )
                is JsonElement found
            ? found
            : throw new AssertFailedException("No status.");
    }
}
