using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace DurableMl.Bench.Workflows;

/// <summary>Runs workflows in an app that is up, through its API.</summary>
internal sealed class AppClient(HttpClient http)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    public async Task PushAsync(string workflow, string definition)
    {
        using var content = new StringContent(definition, Encoding.UTF8, "application/json");
        using var response = await http.PutAsync(new Uri($"api/workflows/{workflow}", UriKind.Relative), content);
        await CheckAsync(response);
    }

    /// <summary>Starts executions at once and waits until each has succeeded.</summary>
    public Task RunAsync(string workflow, int executions) => Task.WhenAll(Enumerable.Range(0, executions).Select(_ => RunAsync(workflow)));

    private async Task RunAsync(string workflow)
    {
        using var body = new StringContent("{}", Encoding.UTF8, "application/json");
        using var response = await http.PostAsync(new Uri($"api/workflows/{workflow}/executions", UriKind.Relative), body);
        await CheckAsync(response);
        var id = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("executionId").GetString();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        while (true)
        {
            var execution = await http.GetFromJsonAsync<JsonElement>(new Uri($"api/workflows/executions/{id}", UriKind.Relative), limit.Token);
            switch (execution.GetProperty("status").GetString())
            {
                case "SUCCEEDED":
                    return;
                case "RUNNING":
                    await Task.Delay(Interval, limit.Token);
                    break;
                default:
                    throw new InvalidOperationException(execution.ToString());
            }
        }
    }

    private static async Task CheckAsync(HttpResponseMessage response)
    {
        if (!response.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"{response.RequestMessage!.RequestUri}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
        }
    }
}
