using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Cli.Pipelines;

namespace DurableMl.Cli.Sweeps;

/// <summary>A person's decision about a sweep, as a run's status shows it.</summary>
/// <param name="Id">What it is known by.</param>
/// <param name="Refused">Why it changed nothing; null where it did what it says.</param>
internal sealed record SweepDecision(string? Id, string? Refused);

/// <summary>How a sweep stands that is under way.</summary>
internal sealed record SweepStatus
{
    /// <summary>Whether no trial begins or goes on until somebody says so.</summary>
    public bool Paused { get; init; }

    /// <summary>Why trials have failed, most often, and how many; null where none has.</summary>
    public string? Failure { get; init; }

    /// <summary>The newest decisions.</summary>
    public IReadOnlyList<SweepDecision> Decisions { get; init; } = [];
}

/// <summary>Steers sweeps by the HTTP API.</summary>
/// <param name="http">A client whose base address is the Functions host.</param>
/// <param name="time">The clock.</param>
internal sealed class SweepsClient(HttpClient http, TimeProvider time)
{
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(60);

    private readonly ApiConnection api = new(http);

    /// <summary>How often it looks whether the sweep has taken a decision.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>What the sweep of a run has learned, in some form.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="what"><c>report.html</c> or <c>narrowed</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CliException">There is no such run, or nothing to tell yet.</exception>
    public async Task<string> FetchAsync(string runId, string what, CancellationToken cancellationToken)
    {
        using var response = await api.SendAsync(HttpMethod.Get, $"api/pipelines/{Uri.EscapeDataString(runId)}/sweep/{what}", null, cancellationToken);
        await ApiConnection.ThrowIfRefusedAsync(response, cancellationToken);
        return await response.Content.ReadAsStringAsync(cancellationToken);
    }

    /// <summary>Tells the sweep of a run and waits until it has taken it.</summary>
    /// <exception cref="CliException">It was refused; or the sweep has ended, or has not taken it within a minute.</exception>
    public async Task<SweepDecision> DecideAsync(string runId, JsonObject wish, CancellationToken cancellationToken)
    {
        // Members that are null are left out: the host takes them for misspelt values.
        foreach (var name in wish.Where(member => member.Value is null).Select(member => member.Key).ToArray())
        {
            wish.Remove(name);
        }

        using var content = JsonContent.Create(wish);
        using var response = await api.SendAsync(HttpMethod.Post, $"api/pipelines/{Uri.EscapeDataString(runId)}/sweep", content, cancellationToken);
        await ApiConnection.ThrowIfRefusedAsync(response, cancellationToken);
        var sent = (await response.Content.ReadFromJsonAsync<SweepDecision>(JsonSerializerOptions.Web, cancellationToken))!;
        var client = new PipelinesClient(http);
        var since = time.GetTimestamp();
        while (time.GetElapsedTime(since) < Most)
        {
            var run = await client.GetAsync(runId, cancellationToken);
            if (run?.CustomStatus?.Sweep?.Decisions.FirstOrDefault(decision => decision.Id == sent.Id) is { } taken)
            {
                return taken;
            }

            // The sweep may have ended by the very decision: the run is in a later phase then, and says who ended it.
            if (run is null or { HasEnded: true } || run.CustomStatus?.Phase is not (null or "train"))
            {
                return run?.CustomStatus?.SweepFinished?.StartsWith("stopped by", StringComparison.Ordinal) == true
                    ? sent
                    : throw new CliException($"The sweep of {runId} ended before it took the decision.");
            }

            await Task.Delay(Interval, time, cancellationToken);
        }

        throw new CliException($"The sweep of {runId} has not taken the decision yet; `durableml status {runId}` shows it when it does.");
    }
}
