using System.Net;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Cli.Pipelines;

namespace DurableMl.Cli.Imports;

/// <summary>The HTTP API for imports.</summary>
/// <param name="http">A client whose base address is the Functions host.</param>
/// <param name="time">The clock.</param>
internal sealed class ImportsClient(HttpClient http, TimeProvider time)
{
    private readonly ApiConnection api = new(http);

    /// <summary>How often an import that is followed is looked at.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Starts an import and returns its id.</summary>
    /// <exception cref="CliException">It was refused; the message lists why.</exception>
    public async Task<string> StartAsync(string model, JsonObject request, CancellationToken cancellationToken)
    {
        using var content = new StringContent(request.ToJsonString(), Encoding.UTF8, "application/json");
        using var response = await api.SendAsync(HttpMethod.Post, $"api/models/{Uri.EscapeDataString(model)}/import", content, cancellationToken);
        await ApiConnection.ThrowIfRefusedAsync(response, cancellationToken);
        return (await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).GetProperty("id").GetString()!;
    }

    /// <summary>Whether a model answers under its own name, that is, whether an alias names its champion.</summary>
    public async Task<bool> HasChampionAsync(string model, CancellationToken cancellationToken)
    {
        using var response = await api.SendAsync(HttpMethod.Get, ModelPath(model), null, cancellationToken);
        return response.StatusCode != HttpStatusCode.NotFound;
    }

    /// <summary>Where a model is served: under its own name the champion, else one version.</summary>
    public static string ModelPath(string model, string? version = null) =>
        $"v2/models/{Uri.EscapeDataString(model)}{(version is null ? "" : $"/versions/{Uri.EscapeDataString(version)}")}";

    /// <summary>Asks an import to end; false if there is none of that id.</summary>
    /// <exception cref="CliException">It has ended already.</exception>
    public Task<bool> CancelAsync(string importId, CancellationToken cancellationToken) => api.CancelAsync(PathOf(importId) + "/cancel", cancellationToken);

    /// <summary>Yields an import's state again and again, the ended one last.</summary>
    public async IAsyncEnumerable<ImportDocument> FollowAsync(string importId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            using var response = await api.SendAsync(HttpMethod.Get, PathOf(importId), null, cancellationToken);
            await ApiConnection.ThrowIfRefusedAsync(response, cancellationToken);
            var state = (await response.Content.ReadFromJsonAsync<ImportDocument>(JsonSerializerOptions.Web, cancellationToken))!;
            yield return state;
            if (state.HasEnded)
            {
                yield break;
            }

            await Task.Delay(Interval, time, cancellationToken);
        }
    }

    private static string PathOf(string importId) => "api/imports/" + Uri.EscapeDataString(importId);
}
