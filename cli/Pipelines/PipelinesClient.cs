using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace DurableMl.Cli.Pipelines;

/// <summary>The pipelines' HTTP API.</summary>
/// <param name="http">A client whose base address is the Functions host.</param>
internal sealed class PipelinesClient(HttpClient http)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly ApiConnection api = new(http);

    /// <summary>Starts a run.</summary>
    /// <param name="pipeline">The pipeline, as JSON.</param>
    /// <param name="runId">The id it shall have; null to be given one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The run's id.</returns>
    /// <exception cref="CliException">The pipeline was refused; the message lists why.</exception>
    public async Task<string> StartAsync(string pipeline, string? runId, CancellationToken cancellationToken)
    {
        using var content = new StringContent(pipeline, Encoding.UTF8, "application/json");
        var path = runId is null ? "api/pipelines" : $"api/pipelines?runId={Uri.EscapeDataString(runId)}";
        using var response = await api.SendAsync(HttpMethod.Post, path, content, cancellationToken);
        await ApiConnection.ThrowIfRefusedAsync(response, cancellationToken);
        using var body = await ReadAsync(response, cancellationToken);
        return body.RootElement.GetProperty("id").GetString()!;
    }

    /// <summary>Reads one run; null if there is none of that id.</summary>
    public Task<RunDocument?> GetAsync(string runId, CancellationToken cancellationToken) => GetAsync("pipelines", runId, cancellationToken);

    /// <summary>Reads an import or a scoring; null if there is none of that id.</summary>
    public async Task<RunDocument?> GetOtherAsync(string id, CancellationToken cancellationToken) =>
        await GetAsync("imports", id, cancellationToken) ?? await GetAsync("scores", id, cancellationToken);

    /// <summary>Reads the runs, page by page.</summary>
    public async IAsyncEnumerable<RunDocument> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? next = null;
        do
        {
            var path = next is null ? "api/pipelines" : $"api/pipelines?continuationToken={Uri.EscapeDataString(next)}";
            using var response = await api.SendAsync(HttpMethod.Get, path, null, cancellationToken);
            await ApiConnection.ThrowIfRefusedAsync(response, cancellationToken);
            var page = (await response.Content.ReadFromJsonAsync<RunPage>(Json, cancellationToken))!;
            foreach (var run in page.Runs)
            {
                yield return run;
            }

            next = page.ContinuationToken;
        }
        while (next is not null);
    }

    /// <summary>Asks a run to end; false if there is none of that id.</summary>
    /// <exception cref="CliException">It has ended already.</exception>
    public Task<bool> CancelAsync(string runId, CancellationToken cancellationToken) => api.CancelAsync($"api/pipelines/{Uri.EscapeDataString(runId)}/cancel", cancellationToken);

    /// <summary>Asks a scoring to end; false if there is none of that id.</summary>
    /// <exception cref="CliException">It has ended already.</exception>
    public Task<bool> CancelScoringAsync(string scoreId, CancellationToken cancellationToken) => api.CancelAsync($"api/scores/{Uri.EscapeDataString(scoreId)}/cancel", cancellationToken);

    /// <summary>Lets a run that failed or was cancelled go on.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="maxFailedTrials">Trials that may fail from now on; null for as many as before.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CliException">There is no such run, it has not ended, or nothing is left to do.</exception>
    public async Task ResumeAsync(string runId, int? maxFailedTrials, CancellationToken cancellationToken)
    {
        var query = maxFailedTrials is { } most ? string.Create(CultureInfo.InvariantCulture, $"?maxFailedTrials={most}") : "";
        using var response = await api.SendAsync(HttpMethod.Post, $"api/pipelines/{Uri.EscapeDataString(runId)}/resume{query}", null, cancellationToken);
        await ApiConnection.ThrowIfRefusedAsync(response, cancellationToken);
    }

    private async Task<RunDocument?> GetAsync(string kind, string id, CancellationToken cancellationToken)
    {
        using var response = await api.SendAsync(HttpMethod.Get, $"api/{kind}/{Uri.EscapeDataString(id)}", null, cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        await ApiConnection.ThrowIfRefusedAsync(response, cancellationToken);
        return await response.Content.ReadFromJsonAsync<RunDocument>(Json, cancellationToken);
    }

    private static async Task<JsonDocument> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken) =>
        await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(cancellationToken), cancellationToken: cancellationToken);
}
